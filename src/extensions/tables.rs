//! The macros behind the tables of the parent module.

/// Defines a structure of client extension inputs. A field requests its extension unless it has the default value.
macro_rules! inputs {
    ($(#[$doc:meta])* $inputs:ident { $($(#[$meta:meta])* $field:ident: $type:ty = $extension:ident;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $inputs {
            $($(#[$meta])* #[serde(default, skip_serializing_if = "is_default")] pub $field: $type,)*
            /// Inputs without a field of their own, sent unchanged. Their outputs are ignored.
            #[serde(flatten)]
            pub others: serde_json::Map<String, serde_json::Value>,
        }

        impl $inputs {
            $(#[doc = concat!("Sets the input [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
            #[must_use]
            pub fn $field(mut self, input: impl Into<$type>) -> Self {
                self.$field = input.into();
                self
            })*

            /// Adds an input without a field of its own, sent unchanged. Its output is ignored.
            #[must_use]
            pub fn other(mut self, identifier: impl Into<String>, input: serde_json::Value) -> Self {
                self.others.insert(identifier.into(), input);
                self
            }

            /// The extensions whose input has a field.
            const TYPED: ExtensionSet = ExtensionSet::NONE$(.with(Extension::$extension))*;

            /// Returns whether there is no input.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.requested().is_empty() && self.others.is_empty()
            }

            /// Returns the known extensions that are requested.
            #[must_use]
            pub fn requested(&self) -> ExtensionSet {
                let typed = [$((Extension::$extension, !is_default(&self.$field))),*];
                let typed = typed.into_iter().filter_map(|(extension, set)| set.then_some(extension));
                typed.chain(known(&self.others)).collect()
            }

            /// Refuses an input in `others` that has a field of its own, because JSON would have the member twice.
            fn check_others(&self) -> Result<(), InvalidValue> {
                match known(&self.others).find(|&extension| Self::TYPED.contains(extension)) {
                    Some(extension) => Err(InvalidValue::HasAField(extension.identifier())),
                    None => Ok(()),
                }
            }
        }
    };
}

/// Defines [`ClientExtensionResults`](super::ClientExtensionResults).
macro_rules! results {
    ($($(#[$doc:meta])* $vis:vis $field:ident: $type:ty, $wire:ty, $extension:ident, $open:expr;)*) => {
        /// AuthenticationExtensionsClientOutputsJSON (§5.1, §10): unsigned, so any script in the page may have
        /// written it. Outputs that are not listed here are accepted and counted.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct ClientExtensionResults {
            $($(#[$doc])* $vis $field: Option<$type>,)*
            /// The known extensions with an output, also if its value is null or unusable.
            pub present: ExtensionSet,
            /// The extensions whose output does not have the type of its section. A ceremony refuses such an output if it was
            /// requested, and ignores it otherwise.
            pub malformed: ExtensionSet,
            /// The number of unknown identifiers.
            pub unknown: u32,
        }

        impl ClientExtensionResults {
            /// Returns JSON that is read as equal results. What was not kept is replaced: a secret by `true`, a malformed
            /// output by 0, and each unknown output by 0 under a number, which is short and no known identifier.
            pub(crate) fn to_value(&self) -> Value {
                let known = self.present.iter().map(|extension| {
                    let output = match extension {
                        $(Extension::$extension => self.$field.as_ref().map(|output| json!(output)),)*
                        _ => None,
                    };
                    let output = match (output, extension) {
                        _ if self.malformed.contains(extension) => json!(0),
                        // `false`: the output was there without the secret. `{}` is read as that again.
                        (Some(Value::Bool(false)), Extension::HmacGetSecret | Extension::LargeBlobKey) => json!({}),
                        (output, _) => output.unwrap_or_default(),
                    };
                    (extension.identifier().to_owned(), output)
                });
                let unknown = (0..self.unknown).map(|number| (number.to_string(), json!(0)));
                known.chain(unknown).collect()
            }
        }

        /// Writes JSON that is read as equal results, without secrets.
        impl Serialize for ClientExtensionResults {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.to_value().serialize(to)
            }
        }

        impl<'de> Deserialize<'de> for ClientExtensionResults {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Results;
                impl<'de> Visitor<'de> for Results {
                    type Value = ClientExtensionResults;
                    expecting!("an object");
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut results = ClientExtensionResults::default();
                        let mut unknown = UnknownNames::default();
                        while let Some(Text(identifier)) = map.next_key()? {
                            let extension = Extension::from_identifier(&identifier);
                            if let Some(extension) = extension {
                                if results.present.contains(extension) {
                                    return Err(A::Error::custom("an extension output that occurs twice"));
                                }
                                results.present = results.present.with(extension);
                            }
                            match extension {
                                $(Some(Extension::$extension) => {
                                    let Buffered(output) = map.next_value()?;
                                    match Option::<$wire>::deserialize(output) {
                                        Ok(output) => results.$field = output.and_then($open),
                                        Err(_) => results.malformed = results.malformed.with(Extension::$extension),
                                    }
                                })*
                                Some(_) => {
                                    map.next_value::<Skipped>()?;
                                }
                                None => {
                                    unknown.add(identifier).map_err(A::Error::custom)?;
                                    map.next_value::<Skipped>()?;
                                    results.unknown = results.unknown.saturating_add(1);
                                }
                            }
                        }
                        Ok(results)
                    }
                }
                from.deserialize_map(Results)
            }
        }
    };
}

/// Defines [`OutputRefusal`](super::OutputRefusal).
macro_rules! output_refusals {
    ($($(#[$doc:meta])* $name:ident $(($field:ident: $type:ty))? => $code:literal, $text:literal;)*) => {
        /// Why a ceremony refuses an extension output: §7.1 step 28, §7.2 step 23.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OutputRefusal {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nCode `", $code, "`.")]
                $name $(($type))?,
            )*
        }

        impl OutputRefusal {
            /// Every [`code`](Self::code).
            pub(crate) const CODES: &[&str] = &[$($code),*];

            /// Returns the stable code for logs and dashboards.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)*
                }
            }
        }

        impl fmt::Display for OutputRefusal {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name $(($field))? => write!(f, $text),)*
                }
            }
        }
    };
}

pub(super) use {inputs, output_refusals, results};
