//! Payment details (Secure Payment Confirmation §5, CollectedClientAdditionalPaymentData). They are the member `payment` of
//! client data, so the authenticator signs them through the hash of client data.

use crate::client::ClientData;
use crate::codec::json::Object;
use crate::extensions::Blob;
use serde::{Deserialize, Serialize};

/// PaymentCurrencyAmount: an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Amount {
    /// The currency (ISO 4217), such as `EUR`.
    pub currency: String,
    /// A decimal number as text, such as `12.50`. It is compared as text, so expect exactly the text that you showed.
    pub value: String,
}

impl Amount {
    /// Makes an amount.
    pub fn new(currency: impl Into<String>, value: impl Into<String>) -> Self {
        Self { currency: currency.into(), value: value.into() }
    }
}

/// PaymentCredentialInstrument: the means of payment, such as a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Instrument {
    /// The name that is shown.
    pub display_name: String,
    /// The URL of the icon.
    pub icon: String,
    /// Whether the client must show the icon. If it is `false` and the client cannot show the icon, it returns an empty `icon`.
    #[serde(default = "yes")]
    pub icon_must_be_shown: bool,
    /// Further text that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl Instrument {
    /// Makes an instrument whose icon must be shown.
    pub fn new(display_name: impl Into<String>, icon: impl Into<String>) -> Self {
        Self { display_name: display_name.into(), icon: icon.into(), icon_must_be_shown: true, details: None }
    }
}

const fn yes() -> bool {
    true
}

/// ShownPaymentEntityLogo: a logo of the network or the issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Logo {
    /// The URL of the image.
    pub url: String,
    /// The accessible text.
    pub label: String,
}

impl Logo {
    /// Makes a logo.
    pub fn new(url: impl Into<String>, label: impl Into<String>) -> Self {
        Self { url: url.into(), label: label.into() }
    }
}

/// The details that were shown to the person who pays. Its JSON has the names of CollectedClientAdditionalPaymentData.
///
/// ```
/// use wardkey::client::payment::{Amount, Instrument, PaymentDetails};
/// let total = Amount::new("EUR", "12.50");
/// let instrument = Instrument::new("Card", "https://bank.example/icon.png");
/// let details = PaymentDetails::new("https://shop.example", "https://shop.example", total, instrument);
/// let json = serde_json::to_string(&details)?;
/// assert!(json.starts_with(r#"{"topOrigin":"https://shop.example","payeeOrigin":"#));
/// assert_eq!(serde_json::from_str::<PaymentDetails>(&json)?, details);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct PaymentDetails {
    /// The origin of the page at the top.
    pub top_origin: String,
    /// The name of the payee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_name: Option<String>,
    /// The origin of the payee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_origin: Option<String>,
    /// Logos. The client omits those that it could not show.
    #[serde(default, rename = "paymentEntitiesLogos", skip_serializing_if = "Vec::is_empty")]
    pub logos: Vec<Logo>,
    /// The total amount.
    pub total: Amount,
    /// The means of payment.
    pub instrument: Instrument,
}

impl PaymentDetails {
    /// Makes the details of a payment to the payee with this origin, on a page of `top_origin`, without logos.
    pub fn new(
        top_origin: impl Into<String>,
        payee_origin: impl Into<String>,
        total: Amount,
        instrument: Instrument,
    ) -> Self {
        Self {
            top_origin: top_origin.into(),
            payee_name: None,
            payee_origin: Some(payee_origin.into()),
            logos: Vec::new(),
            total,
            instrument,
        }
    }
}

/// CollectedClientAdditionalPaymentData, as received.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collected {
    rp_id: Option<String>,
    rp: Option<String>,
    top_origin: String,
    payee_name: Option<String>,
    payee_origin: Option<String>,
    #[serde(default)]
    payment_entities_logos: Vec<Object<Logo>>,
    total: Object<Amount>,
    instrument: Object<Instrument>,
    browser_bound_public_key: Option<Blob>,
}

/// Returns the member `payment`, or `None` if it is absent or has a different shape.
fn read<'a, T: Deserialize<'a>>(client_data: &ClientData<'a>) -> Option<T> {
    let Object(payment) = serde_json::from_str(client_data.payment?).ok()?;
    Some(payment)
}

/// Returns the browser-bound key (a COSE_Key) in the client data of a registration, if any.
pub(crate) fn browser_bound_key(client_data: &ClientData<'_>) -> Option<Blob> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        browser_bound_public_key: Option<Blob>,
    }
    read::<Key>(client_data)?.browser_bound_public_key
}

/// Compares the payment in client data with the details that were shown. Returns the browser-bound key (a COSE_Key), if any, or
/// the first member that differs.
pub(crate) fn judge(
    client_data: &ClientData<'_>,
    rp_id: &str,
    shown: &PaymentDetails,
) -> Result<Option<Blob>, &'static str> {
    let collected: Collected = read(client_data).ok_or("payment")?;
    let names: Vec<&String> = collected.rp_id.iter().chain(&collected.rp).collect();
    let require = |fulfilled: bool, member| if fulfilled { Ok(()) } else { Err(member) };
    require(!names.is_empty() && names.iter().all(|name| *name == rp_id), "payment.rpId")?;
    require(collected.top_origin == shown.top_origin, "payment.topOrigin")?;
    require(collected.payee_name == shown.payee_name, "payment.payeeName")?;
    require(collected.payee_origin == shown.payee_origin, "payment.payeeOrigin")?;
    require(is_ordered_subset(&collected.payment_entities_logos, &shown.logos), "payment.paymentEntitiesLogos")?;
    require(collected.total.0 == shown.total, "payment.total")?;
    require(is_instrument(&collected.instrument.0, &shown.instrument), "payment.instrument")?;
    Ok(collected.browser_bound_public_key)
}

fn is_ordered_subset(some: &[Object<Logo>], all: &[Logo]) -> bool {
    let mut rest = all.iter();
    some.iter().all(|Object(logo)| rest.any(|other| other == logo))
}

fn is_instrument(collected: &Instrument, shown: &Instrument) -> bool {
    let not_shown = !shown.icon_must_be_shown && collected.icon.is_empty();
    collected.display_name == shown.display_name
        && (collected.icon == shown.icon || not_shown)
        && collected.icon_must_be_shown == shown.icon_must_be_shown
        && collected.details == shown.details
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_members_is_not_an_object() {
        let read = |total: &str, instrument: &str, logos: &str| {
            let json = format!(
                r#"{{"payment":{{"rpId":"a","topOrigin":"b","total":{total},"instrument":{instrument},
                    "paymentEntitiesLogos":{logos}}}}}"#
            );
            read::<Collected>(&ClientData::parse(&json).unwrap()).is_some()
        };
        let (total, instrument) = (r#"{"currency":"EUR","value":"1"}"#, r#"{"displayName":"x","icon":"y"}"#);
        assert!(read(total, instrument, r#"[{"url":"x","label":"y"}]"#));
        assert!(!read(r#"["EUR","1"]"#, instrument, "[]"));
        assert!(!read(total, r#"["x","y"]"#, "[]"));
        assert!(!read(total, instrument, r#"[["x","y"]]"#));
    }
}
