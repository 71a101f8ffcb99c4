/** A JSON value as `JSON.parse` gives it. Foreign data: no key of it may be trusted or assigned by name. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}
