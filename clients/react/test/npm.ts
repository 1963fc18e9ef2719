/** npm as it runs the tests: the one on the path may be none that runs below another. */
export function npm(...command: string[]): [string, string[]] {
  const own = process.env["npm_execpath"];
  return own ? [process.execPath, [own, ...command]] : ["npm", command];
}
