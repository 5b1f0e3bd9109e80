/** What use cases of signing in know of the request beside its input. */
export interface Caller {
  headers: Headers;
  /** The address that the connection, or a trusted proxy, names; absent within the process. */
  address: string | undefined;
  /** Where the caller sees this server, e.g. `https://viva.example`; absent where it says nothing that can be trusted. */
  origin: string | undefined;
  /** `Set-Cookie` values for the answer. */
  cookies: string[];
}
