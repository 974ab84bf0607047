import type { ReactNode } from 'react';

/** A small table of names and figures; the figures of a row stand on the right. */
export const Rows = ({ caption, rows }: { caption?: string; rows: readonly (readonly [name: string, text: string])[] }): ReactNode => (
  <table>
    {caption !== undefined && <caption>{caption}</caption>}
    <tbody>{rows.map(([name, text]) => <tr key={name}><th scope="row">{name}</th><td>{text}</td></tr>)}</tbody>
  </table>
);
