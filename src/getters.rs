//! Methods that only return a field.

/// Defines public methods that return a field. A row has the documentation, the signature and the value.
macro_rules! getters {
    () => {};
    ($(#[$doc:meta])* const fn $name:ident(&$this:ident) -> $type:ty = $value:expr; $($rows:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $name(&$this) -> $type {
            $value
        }
        crate::getters::getters! { $($rows)* }
    };
    ($(#[$doc:meta])* fn $name:ident(&$this:ident) -> $type:ty = $value:expr; $($rows:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(&$this) -> $type {
            $value
        }
        crate::getters::getters! { $($rows)* }
    };
}

pub(crate) use getters;
