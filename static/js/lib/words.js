/** What the page says about keeping and sending, by name, in its language; {} where nobody writes. */
export const words = globalThis.document?.querySelector("#renewal")?.dataset ?? {};
