//! The rules. Each stands here once: findings, waivers, pages and reports read it from here.

use super::rule::{Registry, rules};

rules! {
    Compatible "Annotations refuse no payload." "Nothing has to be done." {
        IdChanged "ID_CHANGED" "the identifier changed";
        TitleChanged "TITLE_CHANGED" "the title changed";
        DescriptionChanged "DESCRIPTION_CHANGED" "the description changed";
    }
    Compatible
    "A default is an annotation and refuses no payload, but readers of the two versions may fill in different values where \
     the property is absent."
    "Let writers write the value, or give the new meaning to a new property." {
        DefaultChanged "DEFAULT_CHANGED" "the default changed";
    }
    Compatible
    "Readers of the new version understand what was written, and readers of the old one may refuse what is allowed now."
    "Deploy readers first, and let writers make use of it when all of them are new." {
        SchemaRemoved "SCHEMA_REMOVED" "a schema was removed";
        TypeExtended "TYPE_EXTENDED" "more types are allowed";
        MaxLengthRemoved "MAX_LENGTH_REMOVED" "the greatest length was removed";
        MaxLengthIncreased "MAX_LENGTH_INCREASED" "the greatest length was increased";
        MinLengthRemoved "MIN_LENGTH_REMOVED" "the least length was removed";
        MinLengthDecreased "MIN_LENGTH_DECREASED" "the least length was decreased";
        PatternRemoved "PATTERN_REMOVED" "the pattern was removed";
        MaximumRemoved "MAXIMUM_REMOVED" "the maximum was removed";
        MaximumIncreased "MAXIMUM_INCREASED" "the maximum was increased";
        MinimumRemoved "MINIMUM_REMOVED" "the minimum was removed";
        MinimumDecreased "MINIMUM_DECREASED" "the minimum was decreased";
        ExclusiveMaximumRemoved "EXCLUSIVE_MAXIMUM_REMOVED" "the exclusive maximum was removed";
        ExclusiveMaximumIncreased "EXCLUSIVE_MAXIMUM_INCREASED" "the exclusive maximum was increased";
        ExclusiveMinimumRemoved "EXCLUSIVE_MINIMUM_REMOVED" "the exclusive minimum was removed";
        ExclusiveMinimumDecreased "EXCLUSIVE_MINIMUM_DECREASED" "the exclusive minimum was decreased";
        MultipleOfRemoved "MULTIPLE_OF_REMOVED" "the divisor was removed";
        MultipleOfReduced "MULTIPLE_OF_REDUCED" "the divisor divides the old one";
        MaxPropertiesRemoved "MAX_PROPERTIES_REMOVED" "the greatest number of properties was removed";
        MaxPropertiesIncreased "MAX_PROPERTIES_INCREASED" "the greatest number of properties was increased";
        MinPropertiesRemoved "MIN_PROPERTIES_REMOVED" "the least number of properties was removed";
        MinPropertiesDecreased "MIN_PROPERTIES_DECREASED" "the least number of properties was decreased";
        MaxItemsRemoved "MAX_ITEMS_REMOVED" "the greatest number of items was removed";
        MaxItemsIncreased "MAX_ITEMS_INCREASED" "the greatest number of items was increased";
        MinItemsRemoved "MIN_ITEMS_REMOVED" "the least number of items was removed";
        MinItemsDecreased "MIN_ITEMS_DECREASED" "the least number of items was decreased";
        UniqueItemsRemoved "UNIQUE_ITEMS_REMOVED" "items may repeat now";
        MaxContainsRemoved "MAX_CONTAINS_REMOVED" "the greatest number of matching items was removed";
        MaxContainsIncreased "MAX_CONTAINS_INCREASED" "the greatest number of matching items was increased";
        MinContainsRemoved "MIN_CONTAINS_REMOVED" "the least number of matching items was removed";
        MinContainsDecreased "MIN_CONTAINS_DECREASED" "the least number of matching items was decreased";
        EnumArrayExtended "ENUM_ARRAY_EXTENDED" "more values are allowed";
        DependencyArrayRemoved "DEPENDENCY_ARRAY_REMOVED" "a dependency was removed";
        DependencyArrayNarrowed "DEPENDENCY_ARRAY_NARROWED" "a dependency asks for fewer properties";
        DependencySchemaRemoved "DEPENDENCY_SCHEMA_REMOVED" "the schema of a dependency was removed";
        AdditionalPropertiesAdded "ADDITIONAL_PROPERTIES_ADDED" "additional properties are allowed now";
        AdditionalPropertiesExtended "ADDITIONAL_PROPERTIES_EXTENDED" "additional properties may be anything now";
        UnevaluatedPropertiesAdded "UNEVALUATED_PROPERTIES_ADDED" "unevaluated properties are allowed now";
        UnevaluatedPropertiesExtended "UNEVALUATED_PROPERTIES_EXTENDED" "unevaluated properties may be anything now";
        AdditionalItemsAdded "ADDITIONAL_ITEMS_ADDED" "additional items are allowed now";
        AdditionalItemsExtended "ADDITIONAL_ITEMS_EXTENDED" "additional items may be anything now";
        UnevaluatedItemsAdded "UNEVALUATED_ITEMS_ADDED" "unevaluated items are allowed now";
        UnevaluatedItemsExtended "UNEVALUATED_ITEMS_EXTENDED" "unevaluated items may be anything now";
        ProductTypeNarrowed "PRODUCT_TYPE_NARROWED" "`allOf` has fewer schemas";
        SumTypeExtended "SUM_TYPE_EXTENDED" "there are more schemas to choose from";
        CombinedTypeExtended "COMBINED_TYPE_EXTENDED" "the combination allows more";
        NotTypeNarrowed "NOT_TYPE_NARROWED" "`not` refuses no more than before";
    }
    Unnamed
    "Readers of the new version understand what was written, and readers of the old one may refuse what is allowed now."
    "Deploy readers first, and let writers make use of it when all of them are new." {
        FormatRemoved "FORMAT_REMOVED" "the format was removed";
        ContainsRemoved "CONTAINS_REMOVED" "`contains` was removed";
        EnumRemoved "ENUM_REMOVED" "the list of values was removed";
        PropertyNamesRemoved "PROPERTY_NAMES_REMOVED" "names of properties are not limited any more";
        PatternPropertyRemoved "PATTERN_PROPERTY_REMOVED" "a pattern of properties was removed";
        ConditionRemoved "CONDITION_REMOVED" "a condition was removed";
        NotTypeRemoved "NOT_TYPE_REMOVED" "`not` was removed";
        ReferenceRemoved "REFERENCE_REMOVED" "a reference was removed";
        ItemsRemoved "ITEMS_REMOVED" "the schema of items was removed";
        SchemaExtended "SCHEMA_EXTENDED" "more is allowed";
    }
    Incompatible
    "Payloads that were written may be beyond the new limit, and readers of the new version refuse them."
    "Keep the old limit in the schema and check the new one in the writers, or publish the tighter schema to a topic of its \
     own." {
        MaxLengthAdded "MAX_LENGTH_ADDED" "a greatest length was added";
        MaxLengthDecreased "MAX_LENGTH_DECREASED" "the greatest length was decreased";
        MinLengthAdded "MIN_LENGTH_ADDED" "a least length was added";
        MinLengthIncreased "MIN_LENGTH_INCREASED" "the least length was increased";
        MaximumAdded "MAXIMUM_ADDED" "a maximum was added";
        MaximumDecreased "MAXIMUM_DECREASED" "the maximum was decreased";
        MinimumAdded "MINIMUM_ADDED" "a minimum was added";
        MinimumIncreased "MINIMUM_INCREASED" "the minimum was increased";
        ExclusiveMaximumAdded "EXCLUSIVE_MAXIMUM_ADDED" "an exclusive maximum was added";
        ExclusiveMaximumDecreased "EXCLUSIVE_MAXIMUM_DECREASED" "the exclusive maximum was decreased";
        ExclusiveMinimumAdded "EXCLUSIVE_MINIMUM_ADDED" "an exclusive minimum was added";
        ExclusiveMinimumIncreased "EXCLUSIVE_MINIMUM_INCREASED" "the exclusive minimum was increased";
        MultipleOfAdded "MULTIPLE_OF_ADDED" "a divisor was added";
        MultipleOfExpanded "MULTIPLE_OF_EXPANDED" "the divisor is a multiple of the old one";
        MultipleOfChanged "MULTIPLE_OF_CHANGED" "the divisor changed";
        MaxPropertiesAdded "MAX_PROPERTIES_ADDED" "a greatest number of properties was added";
        MaxPropertiesDecreased "MAX_PROPERTIES_DECREASED" "the greatest number of properties was decreased";
        MinPropertiesAdded "MIN_PROPERTIES_ADDED" "a least number of properties was added";
        MinPropertiesIncreased "MIN_PROPERTIES_INCREASED" "the least number of properties was increased";
        MaxItemsAdded "MAX_ITEMS_ADDED" "a greatest number of items was added";
        MaxItemsDecreased "MAX_ITEMS_DECREASED" "the greatest number of items was decreased";
        MinItemsAdded "MIN_ITEMS_ADDED" "a least number of items was added";
        MinItemsIncreased "MIN_ITEMS_INCREASED" "the least number of items was increased";
        UniqueItemsAdded "UNIQUE_ITEMS_ADDED" "items may not repeat any more";
        MaxContainsAdded "MAX_CONTAINS_ADDED" "a greatest number of matching items was added";
        MaxContainsDecreased "MAX_CONTAINS_DECREASED" "the greatest number of matching items was decreased";
        MinContainsAdded "MIN_CONTAINS_ADDED" "a least number of matching items was added";
        MinContainsIncreased "MIN_CONTAINS_INCREASED" "the least number of matching items was increased";
    }
    Incompatible
    "Texts that were written may not match, and readers of the new version refuse them."
    "Keep the old form allowed beside the new one with `anyOf`, or put the new form in a new property." {
        PatternAdded "PATTERN_ADDED" "a pattern was added";
        PatternChanged "PATTERN_CHANGED" "the pattern changed";
    }
    Unnamed
    "Where formats are asserted, texts that were written may not be of the format, and readers of the new version refuse them."
    "Keep the old form allowed beside the new one with `anyOf`, or put the new form in a new property." {
        FormatAdded "FORMAT_ADDED" "a format was added";
        FormatChanged "FORMAT_CHANGED" "the format changed";
    }
    Incompatible
    "Payloads hold values of the old type, and readers of the new version refuse them."
    "Allow the old type beside the new one (`\"type\": [\"string\", \"integer\"]`), or put the new type in a new property \
     and let the old one go later." {
        TypeNarrowed "TYPE_NARROWED" "fewer types are allowed";
        TypeChanged "TYPE_CHANGED" "the type changed";
        SchemaAdded "SCHEMA_ADDED" "a schema was added where anything was allowed";
    }
    Incompatible
    "Payloads hold the values that are gone, and readers of the new version refuse them."
    "Keep the old values in the list until no message that is still kept holds them." {
        EnumArrayNarrowed "ENUM_ARRAY_NARROWED" "fewer values are allowed";
        EnumArrayChanged "ENUM_ARRAY_CHANGED" "the values changed";
    }
    Unnamed
    "Payloads may hold other values, and readers of the new version refuse them."
    "Check the values in the writers, or put them in a new property." {
        EnumAdded "ENUM_ADDED" "a list of values was added";
    }
    Incompatible
    "Payloads that were written without it are refused by readers of the new version."
    "Leave it optional, and let readers treat its absence as the old meaning, or start a new version of the message. A \
     `default` is an annotation: it makes no old payload valid." {
        RequiredAttributeAdded "REQUIRED_ATTRIBUTE_ADDED" "a property became required";
        RequiredPropertyAddedToOpen "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"
            "a required property was added to an open object";
        RequiredPropertyAddedToUnopen "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL"
            "a required property was added to a closed object";
        DependencyArrayAdded "DEPENDENCY_ARRAY_ADDED" "a dependency was added";
        DependencyArrayExtended "DEPENDENCY_ARRAY_EXTENDED" "a dependency asks for more properties";
        DependencyArrayChanged "DEPENDENCY_ARRAY_CHANGED" "a dependency asks for other properties";
        DependencySchemaAdded "DEPENDENCY_SCHEMA_ADDED" "a schema of a dependency was added";
    }
    Unnamed
    "What a property asks of the rest of the payload is something else, and readers of either version may refuse what the \
     other one writes."
    "Keep the dependency as it was, or start a new version of the message." {
        DependencySchemaChanged "DEPENDENCY_SCHEMA_CHANGED" "there are other schemas of dependencies";
    }
    Compatible
    "Payloads that were written without it are refused by readers of the new version that validate: a `default` is an \
     annotation. The registry trusts readers to fill it in first."
    "Leave it optional: its default says what absence means." {
        RequiredAttributeWithDefaultAdded "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED"
            "a property with a default became required";
        RequiredPropertyWithDefaultAddedToUnopen "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL"
            "a required property with a default was added to a closed object";
    }
    Lenient
    "Payloads that were written without it are refused by readers of the new version that validate: a `default` is an \
     annotation. A lenient registry trusts readers to fill it in first."
    "Leave it optional: its default says what absence means." {
        RequiredPropertyWithDefaultAddedToOpen "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL"
            "a required property with a default was added to an open object";
    }
    Compatible
    "Readers of the old version refuse payloads without the property."
    "Deploy readers first, and let writers leave it out when all of them are new." {
        RequiredAttributeRemoved "REQUIRED_ATTRIBUTE_REMOVED" "a property is not required any more";
    }
    Lenient
    "The old object is open: payloads may hold the name already, with a value of another type, and readers of the new \
     version refuse them."
    "Choose a name that nobody wrote. Where producers write declared properties only, the policy `producer-closed` says so." {
        OptionalPropertyAddedToOpen "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"
            "an optional property was added to an open object";
        PropertyAddedNotCovered "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "a property was added that allows less than its name did before";
    }
    Incompatible
    "The old tuple is open: payloads may hold another item at this place, and readers of the new version refuse them."
    "Put what is new in a property beside the array." {
        ItemAddedToOpen "ITEM_ADDED_TO_OPEN_CONTENT_MODEL" "an item was added to an open tuple";
        ItemAddedNotCovered "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "an item was added that allows less than its place did before";
    }
    Unnamed
    "Payloads may hold names that match, with other values, and readers of the new version refuse them."
    "Choose a pattern that no name matched, or declare the properties by name." {
        PatternPropertyAdded "PATTERN_PROPERTY_ADDED" "a pattern of properties was added";
        PatternPropertyChanged "PATTERN_PROPERTY_CHANGED" "there are other patterns of properties";
    }
    Compatible
    "Readers of the old version refuse it, as theirs is closed."
    "Deploy readers first, and let writers write it when all of them are new." {
        OptionalPropertyAddedToUnopen "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL"
            "an optional property was added to a closed object";
        ItemAddedToClosed "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL" "an item was added to a closed tuple";
    }
    Compatible "No payload is refused for this." "Nothing has to be done." {
        PropertyWithEmptySchemaAddedToOpen "PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL"
            "a property that may be anything was added to an open object";
        PropertyAddedIsCovered "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "a property was added that allows what its name did before";
        PropertyRemovedIsCovered "PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "a property was removed whose name still allows what it did";
        PropertyWithFalseRemovedFromClosed "PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL"
            "a property that was refused was removed from a closed object";
        ItemWithEmptySchemaAddedToOpen "ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL"
            "an item that may be anything was added to an open tuple";
        ItemAddedIsCovered "ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "an item was added that allows what its place did before";
        ItemRemovedIsCovered "ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "an item was removed whose place still allows what it did";
        ItemWithFalseRemovedFromClosed "ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL"
            "an item that was refused was removed from a closed tuple";
    }
    Compatible
    "New payloads may hold anything here, and readers of the old version refuse another type."
    "Keep it declared (and `deprecated`) until they are gone." {
        PropertyRemovedFromOpen "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL" "a property was removed from an open object";
        ItemRemovedFromOpen "ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL" "an item was removed from an open tuple";
    }
    Lenient
    "Payloads that hold it are refused by readers of the new version."
    "Keep it declared (and `deprecated`) until no message that is still kept holds it." {
        PropertyRemovedFromClosed "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"
            "a property was removed from a closed object";
        PropertyRemovedNotCovered "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "a property was removed whose name allows less now";
    }
    Incompatible
    "Payloads that hold it are refused by readers of the new version."
    "Keep it until no message that is still kept holds it." {
        ItemRemovedFromClosed "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL" "an item was removed from a closed tuple";
        ItemRemovedNotCovered "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
            "an item was removed whose place allows less now";
    }
    Lenient
    "Payloads may hold what nobody declared, and readers of the new version refuse it."
    "Leave it open, or close it in a version that goes to a topic of its own." {
        AdditionalPropertiesRemoved "ADDITIONAL_PROPERTIES_REMOVED" "additional properties are refused now";
        AdditionalPropertiesNarrowed "ADDITIONAL_PROPERTIES_NARROWED" "additional properties have a schema now";
        UnevaluatedPropertiesRemoved "UNEVALUATED_PROPERTIES_REMOVED" "unevaluated properties are refused now";
        UnevaluatedPropertiesNarrowed "UNEVALUATED_PROPERTIES_NARROWED" "unevaluated properties have a schema now";
    }
    Incompatible
    "Payloads may hold more items than those that are declared, and readers of the new version refuse them."
    "Leave the array open, or close it in a version that goes to a topic of its own." {
        AdditionalItemsRemoved "ADDITIONAL_ITEMS_REMOVED" "additional items are refused now";
        AdditionalItemsNarrowed "ADDITIONAL_ITEMS_NARROWED" "additional items have a schema now";
        UnevaluatedItemsRemoved "UNEVALUATED_ITEMS_REMOVED" "unevaluated items are refused now";
        UnevaluatedItemsNarrowed "UNEVALUATED_ITEMS_NARROWED" "unevaluated items have a schema now";
    }
    Incompatible
    "Payloads that were written may match what is gone, or not match what is new, and readers of the new version refuse them."
    "Keep the old schemas among those to choose from, and add new ones beside them." {
        ProductTypeExtended "PRODUCT_TYPE_EXTENDED" "`allOf` has more schemas";
        SumTypeNarrowed "SUM_TYPE_NARROWED" "there are fewer schemas to choose from";
        CombinedTypeChanged "COMBINED_TYPE_CHANGED" "the combination is of another kind";
        CombinedTypeSubschemasChanged "COMBINED_TYPE_SUBSCHEMAS_CHANGED" "the schemas of a combination changed";
        NotTypeExtended "NOT_TYPE_EXTENDED" "`not` refuses more";
    }
    Unnamed
    "Payloads that were written may not hold to it, and readers of the new version refuse them."
    "Check it in the writers, and publish the tighter schema to a topic of its own." {
        ContainsAdded "CONTAINS_ADDED" "`contains` was added";
        PropertyNamesAdded "PROPERTY_NAMES_ADDED" "names of properties are limited now";
        ConditionAdded "CONDITION_ADDED" "a condition was added";
        NotTypeAdded "NOT_TYPE_ADDED" "`not` was added";
        ReferenceAdded "REFERENCE_ADDED" "a reference was added";
        ItemsAdded "ITEMS_ADDED" "a schema of items was added";
        SchemaNarrowed "SCHEMA_NARROWED" "less is allowed";
    }
    Unnamed
    "It allows something else, and readers of either version may refuse what the other one writes."
    "Keep to what both versions accept, or start a new version of the message on a topic of its own." {
        ConditionChanged "CONDITION_CHANGED" "a condition changed";
        NotTypeChanged "NOT_TYPE_CHANGED" "`not` changed";
        ReferenceChanged "REFERENCE_CHANGED" "a reference leads elsewhere";
        ItemsChanged "ITEMS_CHANGED" "the number of items with a schema of their own changed";
        SchemaChanged "SCHEMA_CHANGED" "the schema allows something else";
    }
    Unnamed
    "Readers of the old topic get nothing any more."
    "Write to both topics until every reader has moved." {
        TopicChanged "TOPIC_CHANGED" "the topic changed";
    }
    Unnamed
    "Payloads of one entity go to other partitions than before: their order is lost where old and new ones meet, and \
     compaction keeps them apart."
    "Publish with the new key to a new topic." {
        KeyChanged "KEY_CHANGED" "the message key changed";
    }
    Unnamed
    "Kafka takes no partition away."
    "Make a new topic, and move readers and writers to it." {
        PartitionsDecreased "PARTITIONS_DECREASED" "there are fewer partitions";
    }
    Unnamed
    "Keys move to other partitions when the topic gets more of them: the order of each key is lost where that happens."
    "Let readers catch up first, or make a new topic." {
        PartitionsChanged "PARTITIONS_CHANGED" "the number of partitions changed";
    }
    Unnamed
    "A topic that is there keeps its replicas until its partitions are reassigned."
    "Reassign the partitions with Kafka's own tools." {
        ReplicasChanged "REPLICAS_CHANGED" "the number of replicas changed";
    }
    Unnamed
    "What is checked from here on is another level."
    "See that those who read and write the topic know." {
        CompatibilityChanged "COMPATIBILITY_CHANGED" "what new versions have to hold to changed";
    }
    Unnamed
    "A compacted topic refuses payloads without a key."
    "Name a `key` in `x-kafka`." {
        CompactedWithoutKey "COMPACTED_WITHOUT_KEY" "the topic is compacted and has no key";
    }
    Unnamed
    "Writers of larger payloads are refused by the broker."
    "Let writers send smaller ones first." {
        MaxMessageBytesDecreased "MAX_MESSAGE_BYTES_DECREASED" "messages have to be smaller";
    }
    Unnamed
    "Payloads that readers have not read yet may be deleted."
    "See that the slowest reader keeps up." {
        RetentionDecreased "RETENTION_DECREASED" "messages are kept for less long";
    }
    Unnamed
    "`thoth-messaging` only declares it."
    "Alter the topic too." {
        TopicConfigurationChanged "TOPIC_CONFIGURATION_CHANGED" "the configuration of the topic changed";
    }
    Unnamed
    "Nothing reads or checks payloads of its topic by this schema any more."
    "Keep the schema for as long as its topic holds payloads, or waive this." {
        MessageDeleted "MESSAGE_DELETED" "a message is no longer there";
    }
    Unnamed
    "References and paths that others keep may lead to the old file."
    "See that nobody outside uses the old path." {
        FileMoved "FILE_MOVED" "a message is in another file";
    }
    Unnamed
    "The Rust type of the message is named after it, and code that uses the old name does not compile."
    "Keep the title, or change the code with it." {
        MessageRenamed "MESSAGE_RENAMED" "a message has another name";
    }
    Unnamed
    "Neither a proof nor a payload against it was found within the limits, so that it may break."
    "Compare by hand; where the change is fine, waive `UNKNOWN` at this place in thoth-messaging.toml." {
        Unknown "UNKNOWN" "whether it breaks is not known";
    }
    Unnamed
    "What it was written for is gone, and it would hide the next change at the same place."
    "Take it out of thoth-messaging.toml." {
        UnusedWaiver "unused-waiver" "a waiver waives nothing";
    }
}
