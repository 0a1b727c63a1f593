/**
 * Whether a count may be a limit instead: search indexes count, and show, no more than 10,000 records, say, however many
 * there are.
 */
export function mayBeLimit(total: number): boolean {
  return /^[125]0{3,}$/.test(String(total));
}
