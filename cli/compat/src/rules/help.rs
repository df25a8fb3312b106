//! What to do instead of a change that breaks.

/// A sentence for a rule, by what kind of change it is.
pub(super) fn of(rule: &str) -> &'static str {
    match rule {
        "REQUIRED_ATTRIBUTE_ADDED" => {
            "leave the member optional until all writers write it, or start a new version of the message"
        }
        "REQUIRED_ATTRIBUTE_REMOVED" => "readers of the old version rely on it: deploy them first, or keep it required",
        "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL" => {
            "an open object took any value of this member before; if nobody wrote it, the policy `producer-closed` says so"
        }
        "PROPERTY_ADDED_TO_CLOSED_CONTENT_MODEL" => {
            "readers of the old version refuse the member: deploy readers first"
        }
        "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL" => {
            "payloads that are there have the member: keep it declared, and mark it `deprecated`"
        }
        "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL" => {
            "new writers may give it any value, which old readers refuse: keep it declared until they are gone"
        }
        rule if rule.starts_with("ENUM_") => {
            "take values away only when no payload has them, and add them only when every reader knows them"
        }
        rule if rule.starts_with("TYPE_") => "add another member of the new type, and keep this one as it was",
        rule if rule.starts_with("SUM_TYPE_") => "readers have to know a branch before writers write it",
        _ => "keep to what both versions accept, or start a new version of the message on a topic of its own",
    }
}
