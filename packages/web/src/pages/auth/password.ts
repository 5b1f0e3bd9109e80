/** The server's least length of a password (`Password` in the contract); it has the last word. */
export const PASSWORD_MIN = 10;
