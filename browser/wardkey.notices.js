// wardkey: words for what a person is shown after a sign-in, a confirmation or a change of the account. One ES module without
// dependencies.
//
// The back end sends keys (`Shown::key` of the library) and, for notices, a time. A notice says how to object: replace
// `{contact}` by the way that your service offers, such as a telephone number.

const NOTICES = {
  en: {
    "signed-in-with-passkey": "You signed in with your passkey.",
    "two-things-proved": "Two things were proved: that you have your passkey, and that it is you.",
    "only-this-site": "Only this site could ask for your passkey.",
    "backed-up": "Your passkey is backed up by your password manager.",
    "document-signed": "You signed the document that was shown.",
    "sms-still-on": "Codes by text message are still on.",
    "passkey-added": "A passkey was added to your account. Was it not you? {contact}",
    "phone-changed": "The phone number for codes was changed. Was it not you? {contact}",
    "sms-retired": "Codes by text message are off now. You sign in with your passkey. Was it not you? {contact}",
    "passkey-removed": "A passkey was removed from your account. Was it not you? {contact}",
    "passkey-suspended": "A passkey was suspended. Nobody can sign in with it. Was it not you? {contact}",
    "passkey-resumed": "A suspended passkey can be used again. Was it not you? {contact}",
    "account-recovered": "Access to your account was recovered. Was it not you? {contact}",
    "saved-code-replaced": "A new recovery code was made. The old one does not work any more. Was it not you? {contact}",
    "account-deleted": "Your account was deleted. Was it not you? {contact}",
  },
  es: {
    "signed-in-with-passkey": "Ha iniciado sesión con su clave de acceso.",
    "two-things-proved": "Se han comprobado dos cosas: que tiene su clave de acceso y que es usted.",
    "only-this-site": "Solo este sitio podía pedir su clave de acceso.",
    "backed-up": "Su gestor de contraseñas guarda una copia de su clave de acceso.",
    "document-signed": "Ha firmado el documento que se mostró.",
    "sms-still-on": "Los códigos por mensaje de texto siguen activos.",
    "passkey-added": "Se ha añadido una clave de acceso a su cuenta. ¿No ha sido usted? {contact}",
    "phone-changed": "Se ha cambiado el número de teléfono para los códigos. ¿No ha sido usted? {contact}",
    "sms-retired":
      "Los códigos por mensaje de texto están desactivados. Ahora entra con su clave de acceso. ¿No ha sido usted? {contact}",
    "passkey-removed": "Se ha eliminado una clave de acceso de su cuenta. ¿No ha sido usted? {contact}",
    "passkey-suspended": "Se ha suspendido una clave de acceso. Nadie puede entrar con ella. ¿No ha sido usted? {contact}",
    "passkey-resumed": "Una clave de acceso suspendida vuelve a funcionar. ¿No ha sido usted? {contact}",
    "account-recovered": "Se ha recuperado el acceso a su cuenta. ¿No ha sido usted? {contact}",
    "saved-code-replaced":
      "Se ha creado un código de recuperación nuevo. El anterior ya no sirve. ¿No ha sido usted? {contact}",
    "account-deleted": "Se ha eliminado su cuenta. ¿No ha sido usted? {contact}",
  },
  ar: {
    "signed-in-with-passkey": "سجّلت الدخول بمفتاح المرور.",
    "two-things-proved": "تم التحقق من أمرين: أن مفتاح المرور معك، وأنك أنت صاحبه.",
    "only-this-site": "هذا الموقع وحده كان يستطيع طلب مفتاح المرور.",
    "backed-up": "يحتفظ مدير كلمات المرور بنسخة احتياطية من مفتاح المرور.",
    "document-signed": "وقّعت المستند المعروض.",
    "sms-still-on": "ما زالت الرموز عبر الرسائل النصية مفعّلة.",
    "passkey-added": "أُضيف مفتاح مرور إلى حسابك. ألم تفعل ذلك بنفسك؟ {contact}",
    "phone-changed": "تغيّر رقم الهاتف المخصص للرموز. ألم تفعل ذلك بنفسك؟ {contact}",
    "sms-retired": "أُوقفت الرموز عبر الرسائل النصية. تسجّل الدخول الآن بمفتاح المرور. ألم تفعل ذلك بنفسك؟ {contact}",
    "passkey-removed": "أُزيل مفتاح مرور من حسابك. ألم تفعل ذلك بنفسك؟ {contact}",
    "passkey-suspended": "عُلّق مفتاح مرور، ولا يمكن لأحد الدخول به. ألم تفعل ذلك بنفسك؟ {contact}",
    "passkey-resumed": "عاد مفتاح مرور معلّق إلى العمل. ألم تفعل ذلك بنفسك؟ {contact}",
    "account-recovered": "استُعيد الوصول إلى حسابك. ألم تفعل ذلك بنفسك؟ {contact}",
    "saved-code-replaced": "أُنشئ رمز استرداد جديد، ولم يعد الرمز القديم صالحًا. ألم تفعل ذلك بنفسك؟ {contact}",
    "account-deleted": "حُذف حسابك. ألم تفعل ذلك بنفسك؟ {contact}",
  },
};

/** The keys that have words. */
export const NOTICE_KEYS = Object.freeze(Object.keys(NOTICES.en));

/**
 * Returns the words for a key, and the direction of the text (`ltr` or `rtl`). `contact` says how to object; it is needed for
 * notices. An unknown language has English. Throws a RangeError for an unknown key, and for a notice without `contact`.
 */
export function notice(key, language = "en", contact = "") {
  const primary = String(language).split("-")[0];
  const words = Object.hasOwn(NOTICES, primary) ? NOTICES[primary] : NOTICES.en;
  if (!Object.hasOwn(words, key)) throw new RangeError("unknown key");
  const text = words[key];
  if (text.includes("{contact}") && !contact) throw new RangeError("a notice says how to object");
  return { text: text.replace("{contact}", () => contact), dir: words === NOTICES.ar ? "rtl" : "ltr" };
}
