import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number, not below `least`. */
export const whole = (least = 0) => (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least) throw new InvalidArgumentError(least === 0 ? 'A whole number is needed.' : `A whole number of at least ${least} is needed.`);
  return value;
};

/** Reads an option that is a number above 0. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
};
