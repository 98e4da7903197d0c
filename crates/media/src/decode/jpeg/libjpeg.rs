//! The only module that calls libjpeg-turbo's decoder (as `MozJPEG` carries it), by `mozjpeg-sys`.
//!
//! It is C code on hostile bytes, which is the reason for the sandbox. An error inside it unwinds
//! through its frames, which the crate is built for; [`Decoder`] frees its memory when it is
//! dropped.
#![expect(unsafe_code, reason = "libjpeg has no safe interface")]

use std::collections::BTreeSet;
use std::ffi::c_int;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::ptr::NonNull;

use mozjpeg_sys::{
    J_COLOR_SPACE, jpeg_CreateDecompress, jpeg_common_struct, jpeg_decompress_struct,
    jpeg_destroy_decompress, jpeg_error_mgr, jpeg_has_multiple_scans, jpeg_mem_src,
    jpeg_read_header, jpeg_read_scanlines, jpeg_start_decompress, jpeg_std_error,
};

use crate::pixels::size;

/// The number of a libjpeg message (`jerror.h`).
pub type Code = c_int;

/// The error on which libjpeg gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure(pub Code);

/// What the components of a JPEG mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One component: brightness.
    Grey,
    /// Brightness and two colour differences.
    YCbCr,
    /// Red, green, blue.
    Rgb,
    /// Four inks; or brightness, two colour differences and black.
    Cmyk,
    /// No convention gives the components a meaning.
    Unknown,
}

/// What libjpeg must output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// One sample for each pixel.
    Grey,
    /// Three samples for each pixel.
    Rgb,
    /// Four samples for each pixel, as stored.
    Cmyk,
}

impl Output {
    /// Returns the number of samples for each pixel.
    pub fn samples(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// A JPEG that is being decoded.
pub struct Decoder<'a> {
    /// Owned and made by `Box`; a raw pointer, because libjpeg keeps addresses in it.
    state: NonNull<State>,
    has_started: bool,
    bytes: PhantomData<&'a [u8]>,
}

/// What libjpeg writes to. The error manager is first, so that its address is also that of `State`.
#[repr(C)]
struct State {
    errors: jpeg_error_mgr,
    warnings: BTreeSet<Code>,
    jpeg: jpeg_decompress_struct,
}

impl<'a> Decoder<'a> {
    /// Reads the header of `bytes`, up to the first scan.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Failure> {
        // SAFETY: both are structures of C of which every bit pattern of zeros is a valid value:
        // numbers, null pointers and functions that are not there.
        let (errors, jpeg) = unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
        let mut state = Box::new(State { errors, warnings: BTreeSet::new(), jpeg });
        // SAFETY: `errors` is valid and outlives the call.
        unsafe { jpeg_std_error(&mut state.errors) };
        state.errors.error_exit = Some(on_error);
        state.errors.emit_message = Some(on_warning);
        let state = Box::leak(state).into();
        let mut decoder = Self { state, has_started: false, bytes: PhantomData };
        // The address of the whole `State`: libjpeg's callbacks find the warnings behind it.
        decoder.state_mut().jpeg.common.err = decoder.state.as_ptr().cast();
        decoder.run(|jpeg| {
            let version = mozjpeg_sys::JPEG_LIB_VERSION;
            // SAFETY: `jpeg` is zeroed but for its error manager, as libjpeg demands, and its size
            // is that of the very type.
            unsafe { jpeg_CreateDecompress(jpeg, version, size_of::<jpeg_decompress_struct>()) };
            let length = bytes.len().try_into().unwrap_or_default();
            // SAFETY: the bytes live as long as the decoder, by its lifetime.
            unsafe { jpeg_mem_src(jpeg, bytes.as_ptr(), length) };
            // SAFETY: the source was set.
            unsafe { jpeg_read_header(jpeg, 1) };
        })?;
        Ok(decoder)
    }

    fn state(&self) -> &State {
        // SAFETY: it is valid as long as the decoder, and libjpeg runs only while `self` is
        // borrowed mutably.
        unsafe { self.state.as_ref() }
    }

    fn state_mut(&mut self) -> &mut State {
        // SAFETY: likewise.
        unsafe { self.state.as_mut() }
    }

    /// Returns width and height in pixels; neither is 0.
    pub fn size(&self) -> (u32, u32) {
        (self.state().jpeg.image_width, self.state().jpeg.image_height)
    }

    /// Returns what the components mean, by libjpeg's rules: a JFIF marker, then Adobe's, then
    /// component ids.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others are outputs, never found in a file"
    )]
    pub fn colour(&self) -> Colour {
        match self.state().jpeg.jpeg_color_space {
            J_COLOR_SPACE::JCS_GRAYSCALE => Colour::Grey,
            J_COLOR_SPACE::JCS_YCbCr => Colour::YCbCr,
            J_COLOR_SPACE::JCS_RGB => Colour::Rgb,
            J_COLOR_SPACE::JCS_CMYK | J_COLOR_SPACE::JCS_YCCK => Colour::Cmyk,
            _ => Colour::Unknown,
        }
    }

    /// Declares what the components mean, whatever the markers say. Returns false if there are not
    /// as many.
    pub fn force_colour(&mut self, colour: Colour) -> bool {
        let (components, space) = match colour {
            Colour::Grey => (1, J_COLOR_SPACE::JCS_GRAYSCALE),
            Colour::YCbCr => (3, J_COLOR_SPACE::JCS_YCbCr),
            Colour::Rgb => (3, J_COLOR_SPACE::JCS_RGB),
            Colour::Cmyk => (4, J_COLOR_SPACE::JCS_CMYK),
            Colour::Unknown => return false,
        };
        self.state_mut().jpeg.jpeg_color_space = space;
        self.state().jpeg.num_components == components
    }

    /// Decodes into `samples`, row by row: `width * height * output.samples()` bytes. After an
    /// error, the rows before it have been written. Does not finish the decompression, because that
    /// would free what [`Self::may_lack_scans`] reads.
    pub fn decode_into(&mut self, output: Output, samples: &mut [u8]) -> Result<(), Failure> {
        let (width, height) = self.size();
        let row_bytes = size(width) * output.samples();
        assert_eq!(
            samples.len(),
            row_bytes * size(height),
            "the buffer is as large as the picture"
        );
        self.run(|jpeg| {
            jpeg.out_color_space = match output {
                Output::Grey => J_COLOR_SPACE::JCS_GRAYSCALE,
                Output::Rgb => J_COLOR_SPACE::JCS_RGB,
                Output::Cmyk => J_COLOR_SPACE::JCS_CMYK,
            };
            // SAFETY: the header was read, and only the output's colours were changed since.
            unsafe { jpeg_start_decompress(jpeg) };
            let is_as_asked = (jpeg.output_width, jpeg.output_height) == (width, height)
                && usize::try_from(jpeg.output_components) == Ok(output.samples());
            assert!(is_as_asked, "libjpeg scales nothing that it was not asked to");
            for row in samples.chunks_exact_mut(row_bytes) {
                let mut at = row.as_mut_ptr();
                // SAFETY: `at` points to one row of as many bytes as libjpeg writes for one, by
                // the check above. Without a suspending source it always writes it.
                unsafe { jpeg_read_scanlines(jpeg, &raw mut at, 1) };
            }
        })?;
        self.has_started = true;
        Ok(())
    }

    /// Checks whether a decoded JPEG without an end marker may lack scans before its end:
    /// components that are stored apart, or refinements.
    pub fn may_lack_scans(&self) -> bool {
        const COEFFICIENTS: usize = 64;
        let bits = self.state().jpeg.coef_bits.cast::<[c_int; COEFFICIENTS]>();
        if bits.is_null() {
            // SAFETY: decoding began and was not finished, which is when libjpeg answers this.
            return self.has_started && unsafe { jpeg_has_multiple_scans(&self.state().jpeg) != 0 };
        }
        let components = usize::try_from(self.state().jpeg.num_components).unwrap_or_default();
        // SAFETY: libjpeg allocates one such array for each component and keeps them until it is
        // finished or destroyed.
        let all = unsafe { std::slice::from_raw_parts(bits, components) };
        all.as_flattened().iter().any(|bits| *bits != 0)
    }

    /// Returns the numbers of the warnings so far.
    pub fn warnings(&self) -> &BTreeSet<Code> {
        &self.state().warnings
    }

    /// Calls libjpeg and catches what [`on_error`] throws.
    fn run(&mut self, call: impl FnOnce(&mut jpeg_decompress_struct)) -> Result<(), Failure> {
        let jpeg = &mut self.state_mut().jpeg;
        panic::catch_unwind(AssertUnwindSafe(|| call(jpeg))).map_err(|thrown| {
            match thrown.downcast::<Failure>() {
                Ok(failure) => *failure,
                Err(other) => panic::resume_unwind(other),
            }
        })
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: it was created, at least in part, and is not used again. Parts that were never
        // allocated are null pointers, which libjpeg skips.
        unsafe { jpeg_destroy_decompress(&mut self.state_mut().jpeg) };
        // SAFETY: it came from a `Box` and is freed once.
        drop(unsafe { Box::from_raw(self.state.as_ptr()) });
    }
}

/// libjpeg calls this on an error; it must not return.
unsafe extern "C-unwind" fn on_error(common: &mut jpeg_common_struct) {
    // SAFETY: `err` is the error manager of `State`, which lives as long as the decoder.
    let code = unsafe { (*common.err).msg_code };
    panic::resume_unwind(Box::new(Failure(code)));
}

/// libjpeg calls this on a warning: keeps its number and prints nothing.
unsafe extern "C-unwind" fn on_warning(common: &mut jpeg_common_struct, level: c_int) {
    if level < 0 {
        let state = common.err.cast::<State>();
        // SAFETY: `err` points to the first field of a boxed `State`, whose layout is C's. Nothing
        // else uses its warnings while libjpeg runs.
        unsafe {
            let code = (*common.err).msg_code;
            (*state).warnings.insert(code);
        }
    }
}
