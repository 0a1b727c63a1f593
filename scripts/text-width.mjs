/** As `string-width`, for the text of --help: one column for each character. To measure others takes 15 ms at each start. */
export default (text) => text.length;
