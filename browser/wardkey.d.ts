/** The half of wardkey that runs in the page. See `wardkey.js`. */

export type Code =
  | "aborted"
  | "already-registered"
  | "cancelled"
  | "expired"
  | "failed"
  | "offline"
  | "server"
  | "unknown-credential"
  | "unsupported"
  | "wrong-site";

export type Language = "en" | "es" | "ar";

export const CODES: readonly Code[];
export const LANGUAGES: readonly Language[];

/** Returns words for a person. `language` is a BCP 47 tag; an unknown one has English. */
export function words(code: Code | (string & {}), language?: Language | (string & {})): string;

export class WardkeyError extends Error {
  constructor(code: Code, cause?: unknown);
  readonly code: Code;
  /** The HTTP status, if the back end refused. */
  status?: number;
  /** The JSON of the back end's refusal. */
  answer?: any;
}

/** The JSON to post: RegistrationResponseJSON or AuthenticationResponseJSON. */
export interface ResponseJSON {
  id: string;
  rawId: string;
  type: string;
  response: Record<string, string | string[]>;
  clientExtensionResults: Record<string, unknown>;
  authenticatorAttachment?: string;
}

/** Results of `prf`. They stay in the page. */
export interface Secrets {
  first?: BufferSource;
  second?: BufferSource;
  output1?: BufferSource;
  output2?: BufferSource;
}

/** Requests the options from the back end. */
export type Start = () => unknown | Promise<unknown>;
/** Posts the response to the back end. */
export type Finish<T> = (response: ResponseJSON, secrets?: Secrets) => T | Promise<T>;

export function register<T>(start: Start, finish: Finish<T>): Promise<T>;
export function signIn<T>(start: Start, finish: Finish<T>): Promise<T>;
export function confirm<T>(start: Start, finish: Finish<T>): Promise<T>;
export function autofill<T>(start: Start, finish: Finish<T>): Promise<T | undefined>;
export function upgrade<T>(start: Start, finish: Finish<T>): Promise<T | undefined>;
/** Ends the ceremony that waits, if there is one. */
export function abort(): void;

export function creationOptions(json: any): PublicKeyCredentialCreationOptions;
export function requestOptions(json: any): PublicKeyCredentialRequestOptions;
export function read(credential: PublicKeyCredential): { response: ResponseJSON; secrets?: Secrets };

export interface Answer {
  allAcceptedCredentials?: unknown;
  currentUserDetails?: unknown;
  unknownCredential?: unknown;
}
export function signal(answer: Answer | null | undefined): Promise<void>;

export interface Capabilities {
  passkeys: boolean;
  platform: boolean;
  autofill: boolean;
  conditionalCreate: boolean;
  hybrid: boolean;
  signals: boolean;
}
export function capabilities(): Promise<Capabilities>;

export function post(path: string, body?: unknown, options?: RequestInit): Promise<any>;

export function encode(buffer: BufferSource): string;
export function decode(text: string): Uint8Array;
