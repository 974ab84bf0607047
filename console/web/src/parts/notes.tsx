import type { ReactNode } from 'react';

/** A sentence about something that went wrong, read out at once. */
export const Fault = ({ children }: { children: ReactNode }): ReactNode => (children === null || children === '' ? null : <p className="note fault" role="alert">{children}</p>);

/** A sentence about something that was done, read out when there is time. */
export const Done = ({ children }: { children: ReactNode }): ReactNode => <div className="note done" role="status">{children}</div>;

export const Waiting = ({ children = 'Loading...' }: { children?: ReactNode }): ReactNode => <p className="waiting" role="status">{children}</p>;

/** Several sentences about what is not as it might be. */
export const Warnings = ({ sentences }: { sentences: readonly string[] }): ReactNode =>
  (sentences.length === 0 ? null : <ul className="note warning">{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>);
