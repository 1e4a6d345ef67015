//! Counts allocations, and calls of a backend.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, Scheme};

/// Counts the memory that this thread holds, its peak, and the sum of all allocations.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn hold(bytes: isize) {
    // `try_with`, because a thread that ends frees memory after its thread-locals are gone.
    let _ = HELD.try_with(|held| {
        held.set(held.get().saturating_add(bytes));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

fn size(layout: Layout) -> isize {
    isize::try_from(layout.size()).unwrap_or(isize::MAX)
}

// SAFETY: every call is passed to the system allocator unchanged; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        hold(size(layout));
        let _ = CALLS.try_with(|calls| calls.set(calls.get().saturating_add(1)));
        let _ = BYTES.try_with(|bytes| bytes.set(bytes.get().saturating_add(layout.size())));
        // SAFETY: the caller keeps the contract of the allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        hold(-size(layout));
        // SAFETY: the caller keeps the contract of the allocator.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the peak memory of `work` in bytes.
pub(super) fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let answer = work();
    (answer, usize::try_from(PEAK.get() - before).unwrap())
}

/// Returns the number of allocations of `work` and the sum of their bytes.
pub(super) fn asked(work: impl FnOnce()) -> (usize, usize) {
    let before = (CALLS.get(), BYTES.get());
    work();
    (CALLS.get() - before.0, BYTES.get() - before.1)
}

/// A backend that counts its calls and accepts every key and signature.
#[derive(Debug, Default)]
pub(super) struct Budget {
    verifications: AtomicUsize,
    hashes: AtomicUsize,
}

impl Budget {
    pub(super) fn spent(&self) -> (usize, usize) {
        (self.verifications.load(Ordering::Relaxed), self.hashes.load(Ordering::Relaxed))
    }
}

impl Backend for Budget {
    fn name(&self) -> &'static str {
        "budget"
    }

    fn supports(&self, _: Scheme) -> bool {
        true
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        AwsLcRs.sha256(parts)
    }

    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        AwsLcRs.sha1(parts)
    }

    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        AwsLcRs.sha384(parts)
    }

    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        AwsLcRs.sha512(parts)
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }

    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), CryptoError> {
        Ok(())
    }

    fn verify(&self, _: Scheme, _: &PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        self.verifications.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Random)
    }
}
