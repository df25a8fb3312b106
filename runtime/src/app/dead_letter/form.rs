//! The forms of a dead letter, from its first one to the last that is tried.

use crate::client::SendError;

/// The form of a dead letter: it changes as Kafka refuses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LetterForm {
    pub(super) cut: Cut,
    /// It goes to the topic for letters that the dead-letter topic refuses.
    pub(crate) is_parked: bool,
}

/// The headers that a dead letter lacks, because it was too large with them. Its key and payload are never cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cut {
    #[default]
    Nothing,
    /// The violations, and all but the beginning of the error.
    Details,
    /// The headers of the message as well.
    Headers,
}

impl Cut {
    /// Returns the value of the header [`CUT`](super::headers::CUT).
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Details => Some("details"),
            Self::Headers => Some("headers"),
        }
    }

    fn more(self) -> Option<Self> {
        match self {
            Self::Nothing => Some(Self::Details),
            Self::Details => Some(Self::Headers),
            Self::Headers => None,
        }
    }
}

impl LetterForm {
    /// Returns the form that is tried after this one was refused: with fewer headers, if it was too large, or on the other
    /// topic, if there is one.
    pub(crate) fn after(self, refused: &SendError, has_parking: bool) -> Option<Self> {
        let smaller = if matches!(refused, SendError::TooLarge { .. }) { self.cut.more() } else { None };
        match smaller {
            Some(cut) => Some(Self { cut, ..self }),
            None if has_parking && !self.is_parked && !refused.is_retriable() => {
                Some(Self { cut: Cut::Nothing, is_parked: true })
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::SizeLimit;

    #[test]
    fn a_letter_loses_its_headers_before_it_is_parked() {
        let topic = || "orders.dlq".to_owned();
        let too_large = || SendError::TooLarge { topic: topic(), size: 10, limit: None, set_by: SizeLimit::Topic };
        let forms = |has_parking| {
            let next = move |form: &LetterForm| form.after(&too_large(), has_parking);
            std::iter::successors(Some(LetterForm::default()), next).map(|form| (form.cut, form.is_parked))
        };
        let cuts = [Cut::Nothing, Cut::Details, Cut::Headers];
        assert!(forms(false).eq(cuts.map(|cut| (cut, false))));
        assert!(forms(true).eq([false, true].into_iter().flat_map(|parked| cuts.map(|cut| (cut, parked)))));
        let gone = SendError::UnknownTopic { topic: topic() };
        assert_eq!(LetterForm::default().after(&gone, false), None);
        assert!(LetterForm::default().after(&gone, true).is_some_and(|form| form.is_parked));
        assert_eq!(LetterForm::default().after(&SendError::Aborted { topic: topic() }, true), None);
    }
}
