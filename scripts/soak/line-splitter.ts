const LINE_FEED = 0x0a;

/** @returns takes bytes as they come, and hands on whole lines; what a killed program left of a line is dropped */
export function createLineSplitter(take: (line: Buffer) => void): (bytes: Buffer) => void {
  let begun: Buffer[] = [];
  return (bytes) => {
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const line = bytes.subarray(start, end);
      take(begun.length === 0 ? line : Buffer.concat([...begun, line]));
      begun = [];
      start = end + 1;
    }
    if (start < bytes.length) begun.push(bytes.subarray(start));
  };
}
