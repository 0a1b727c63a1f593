/** How many records a stream has, by the size of the account. */
type CountOf = (size: number) => number;

/** So many for each sale, rounded up. */
export const share =
  (ratio: number): CountOf =>
  (size) =>
    Math.ceil(size * ratio);

/** Things that an account has some of, however many it sells. */
export const some =
  (low: number, ratio: number, high: number): CountOf =>
  (size) =>
    size === 0 ? 0 : Math.max(low, Math.min(high, Math.floor(size * ratio)));
