//! The run-time validator, with the options of the rest of the project.

use jsonschema::{Keyword, ValidationError, ValidationOptions};
use serde_json::Value;

/// `contentEncoding` and `contentMediaType` are annotations in every draft; `format` refuses values where it is asked to.
pub(crate) fn options<'i>(formats: bool) -> ValidationOptions<'i> {
    jsonschema::options()
        .offline()
        .should_validate_formats(formats)
        .with_keyword("contentEncoding", |_, _, _| Ok(Box::new(Annotation)))
        .with_keyword("contentMediaType", |_, _, _| Ok(Box::new(Annotation)))
}

/// A keyword that refuses nothing: left to itself the validator asserts it for drafts 6 and 7.
struct Annotation;

impl<'i> Keyword<'i> for Annotation {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        true
    }
}
