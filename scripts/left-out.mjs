/** Stands for what a dependency asks for and this program never uses. */
export default {};
