import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

export interface DropdownOption {
  value: string;
  label: string;
  note?: string;
}

interface DropdownProps {
  label: string;
  options: readonly DropdownOption[];
  /** The option that is in force. */
  value: string;
  onChoose: (value: string) => void;
  disabled?: boolean;
  onOpen?: () => void;
}

/**
 * A list of choices that opens. A plain select would choose at each arrow key, and here every choice is saved at once: so arrows only move,
 * and Enter chooses.
 */
export function Dropdown({ label, options, value, onChoose, disabled = false, onOpen }: DropdownProps): ReactNode {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const chosen = options.find((option) => option.value === value);

  useEffect(() => {
    if (!open) return;
    list.current?.focus();
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  useEffect(() => {
    if (open) list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [open, active]);

  const show = (): void => {
    onOpen?.();
    setActive(Math.max(0, options.findIndex((option) => option.value === value)));
    setOpen(true);
  };
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const choose = (option: DropdownOption | undefined): void => {
    close();
    if (option !== undefined && option.value !== value) onChoose(option.value);
  };
  const onKey = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key === 'Tab') return setOpen(false);
    const last = options.length - 1;
    if (key === 'ArrowDown') setActive((n) => Math.min(last, n + 1));
    else if (key === 'ArrowUp') setActive((n) => Math.max(0, n - 1));
    else if (key === 'Home') setActive(0);
    else if (key === 'End') setActive(last);
    else if (key === 'Enter' || key === ' ') choose(options[active]);
    else if (key === 'Escape') close();
    else if (key.length === 1) setActive((n) => startingWith(options, key, n));
    else return;
    event.preventDefault();
  };

  return (
    <div className="dropdown" ref={box}>
      <span className="label" id={`${id}-label`}>{label}</span>
      <button
        ref={button} type="button" disabled={disabled} aria-haspopup="listbox" aria-expanded={open} aria-labelledby={`${id}-label ${id}-value`}
        onClick={() => (open ? close() : show())}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          show();
        }}
      >
        <span id={`${id}-value`}>{chosen?.label ?? 'Choose...'}</span>
        <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <ul ref={list} role="listbox" tabIndex={-1} aria-labelledby={`${id}-label`} aria-activedescendant={`${id}-${active}`} onKeyDown={onKey}>
          {options.map((option, n) => (
            <li key={option.value} id={`${id}-${n}`} role="option" aria-selected={option.value === value} className={n === active ? 'active' : ''} onClick={() => choose(option)} onPointerMove={() => setActive(n)}>
              {option.label}{option.note !== undefined && <small> {option.note}</small>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The next option that begins with a letter, after the one at `from`. */
function startingWith(options: readonly DropdownOption[], letter: string, from: number): number {
  const order = options.map((_, n) => (from + 1 + n) % options.length);
  return order.find((n) => options[n]?.label.toLowerCase().startsWith(letter.toLowerCase())) ?? from;
}
