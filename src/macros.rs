//! Macros that several modules use: enumerations whose values have names or texts, sets of them as bits, methods that return what
//! a field has, and serde by texts.

/// Defines an enumeration without fields: each value with its name, the function that returns the name, and, unless it is
/// `without ALL`, the list of its values. With `fn name, Display;` it is displayed by its name.
macro_rules! named {
    (
        $(#[$meta:meta])* pub enum $enumeration:ident without ALL;
        $(#[$of_name:meta])* fn $name:ident $(, $display:ident)?;
        $($(#[$doc:meta])* $value:ident = $text:literal;)*
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        pub enum $enumeration {
            $($(#[$doc])* $value,)*
        }

        impl $enumeration {
            $(#[$of_name])*
            #[must_use]
            pub const fn $name(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)*
                }
            }
        }

        $(impl core::fmt::$display for $enumeration {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.$name())
            }
        })?
    };
    (
        $(#[$meta:meta])* pub enum $enumeration:ident;
        $(#[$of_name:meta])* fn $name:ident $(, $display:ident)?;
        $($(#[$doc:meta])* $value:ident = $text:literal;)*
    ) => {
        impl $enumeration {
            /// Every value, in the order of the declaration.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$value),*];
        }

        crate::macros::named! {
            $(#[$meta])* pub enum $enumeration without ALL;
            $(#[$of_name])* fn $name $(, $display)?;
            $($(#[$doc])* $value = $text;)*
        }
    };
}

/// Defines an enumeration whose `Display` writes the text of the value, which may contain the field. A field that the text does
/// not contain has a name that begins with an underscore.
macro_rules! texts {
    (
        $(#[$meta:meta])* pub enum $enumeration:ident;
        $(
            $(#[$doc:meta])* $value:ident $(($field:ident: $type:ty))?
            $({ $(#[$member_doc:meta])* $member:ident: $member_type:ty })? = $text:literal $(, $argument:expr)?;
        )*
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        pub enum $enumeration {
            $($(#[$doc])* $value $(($type))? $({ $(#[$member_doc])* $member: $member_type })?,)*
        }

        impl core::fmt::Display for $enumeration {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $(Self::$value $(($field))? $({ $member })? => write!(f, $text $(, $argument)?),)*
                }
            }
        }
    };
}

/// Defines a set type. The enumeration must have fewer than 32 variants without explicit discriminants, and `ALL` must list all
/// of them in the order of their declaration.
macro_rules! bit_set {
    ($(#[$doc:meta])* $set:ident of $item:ident, by $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct $set(u32);

        impl $set {
            /// The empty set.
            pub const NONE: Self = Self(0);

            #[allow(clippy::as_conversions, reason = "the discriminant of an enumeration of fewer than 32 variants")]
            const fn bit(item: $item) -> u32 {
                1 << item as u32
            }

            /// Adds an element.
            #[must_use]
            pub const fn with(self, item: $item) -> Self {
                Self(self.0 | Self::bit(item))
            }

            /// Returns the union of both sets.
            #[must_use]
            pub const fn union(self, others: Self) -> Self {
                Self(self.0 | others.0)
            }

            /// Returns whether the set has this element.
            #[must_use]
            pub const fn contains(self, item: $item) -> bool {
                self.0 & Self::bit(item) != 0
            }

            /// Returns whether the set is empty.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Returns the elements in the order of their declaration.
            pub fn iter(self) -> impl Iterator<Item = $item> {
                let mut rest = self.0;
                core::iter::from_fn(move || {
                    let item = $item::ALL.get(usize::try_from(rest.trailing_zeros()).ok()?).copied();
                    rest &= rest.wrapping_sub(1); // without its lowest bit
                    item
                })
            }
        }

        impl FromIterator<$item> for $set {
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> Self {
                items.into_iter().fold(Self::NONE, Self::with)
            }
        }

        /// The names of the elements.
        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_seq(self.iter().map($item::$name).collect::<Vec<_>>())
            }
        }

        impl<'de> serde::Deserialize<'de> for $set {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let names = Vec::<String>::deserialize(from)?;
                let known = |name: &String| {
                    let unknown = || serde::de::Error::custom(concat!("expected a known ", stringify!($item)));
                    $item::ALL.into_iter().find(|item| item.$name() == name).ok_or_else(unknown)
                };
                names.iter().map(known).collect()
            }
        }

        impl core::fmt::Debug for $set {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_set().entries(self.iter().map($item::$name)).finish()
            }
        }
    };
}

/// Defines public methods that return a field. A row has the documentation, the signature and the value.
macro_rules! getters {
    () => {};
    ($(#[$doc:meta])* pub const fn $name:ident(&$this:ident) -> $type:ty = $value:expr; $($rows:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $name(&$this) -> $type {
            $value
        }
        crate::macros::getters! { $($rows)* }
    };
    ($(#[$doc:meta])* pub fn $name:ident(&$this:ident) -> $type:ty = $value:expr; $($rows:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(&$this) -> $type {
            $value
        }
        crate::macros::getters! { $($rows)* }
    };
}

/// Implements serde for types that have one text: `Display` writes it and `FromStr` reads it.
macro_rules! serde_by_text {
    ($($type:ty),*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

/// Defines setters. Each returns the value with these members changed.
macro_rules! setters {
    () => {};
    (
        $(#[$doc:meta])* pub const fn $name:ident($this:ident $(, $argument:ident: $type:ty)*)
        { $($member:ident: $value:expr),* } $($rows:tt)*
    ) => {
        $(#[$doc])*
        #[must_use = "the setter returns the changed value"]
        pub const fn $name(mut $this $(, $argument: $type)*) -> Self {
            $($this.$member = $value;)*
            $this
        }
        crate::macros::setters! { $($rows)* }
    };
    (
        $(#[$doc:meta])* pub fn $name:ident($this:ident $(, $argument:ident: $type:ty)*)
        { $($member:ident: $value:expr),* } $($rows:tt)*
    ) => {
        $(#[$doc])*
        #[must_use = "the setter returns the changed value"]
        pub fn $name(mut $this $(, $argument: $type)*) -> Self {
            $($this.$member = $value;)*
            $this
        }
        crate::macros::setters! { $($rows)* }
    };
}
pub(crate) use {bit_set, getters, named, serde_by_text, setters, texts};
