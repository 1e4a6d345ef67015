//! Changes to layers that exist only while a ceremony is made.

use std::fmt;
use std::sync::Arc;

type Change<T> = Arc<dyn Fn(&mut T) + Send + Sync>;

/// Changes to one layer, in the order in which they were added. Empty at first.
pub struct Changes<T>(Vec<Change<T>>);

impl<T> Changes<T> {
    /// Adds a change.
    pub fn push(&mut self, change: impl Fn(&mut T) + Send + Sync + 'static) {
        self.0.push(Arc::new(change));
    }

    /// Applies the changes to the layer.
    pub fn apply(&self, mut layer: T) -> T {
        for change in &self.0 {
            change(&mut layer);
        }
        layer
    }
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Clone for Changes<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Changes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} changes", self.0.len())
    }
}

/// Makes the methods for layers that exist only while a ceremony is made: one row per layer.
macro_rules! kept {
    ($($(#[$doc:meta])+ $layer:ident($of:ty) $(in $field:ident)?;)+) => {$(
        $(#[$doc])+
        pub fn $layer(mut self, change: impl Fn(&mut $of) + Send + Sync + 'static) -> Self {
            self$(.$field)?.$layer.push(change);
            self
        }
    )+};
}

/// Makes the methods for layers that are fields: one row per layer.
macro_rules! open {
    ($($(#[$doc:meta])+ $layer:ident($of:ty) in $field:ident;)+) => {$(
        $(#[$doc])+
        pub fn $layer(mut self, change: impl FnOnce(&mut $of)) -> Self {
            change(&mut self.$field);
            self
        }
    )+};
}

pub(crate) use {kept, open};
