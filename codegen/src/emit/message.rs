//! Messages, the schemas that they came from, and the registry.

use std::collections::BTreeSet;

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use thoth_messaging_documents::SchemaIdLocation;

use super::types::ident;
use super::{Emitter, Piece, text};
use crate::model::{KeyStep, KeyWay, MessageDef, Model, SchemaDef, Shape, SharedTopic, Type, TypeDef, TypeId};
use crate::registered::{Registered, RegisteredVersion};

/// Returns where a schema file stands beside the generated Rust file.
pub(super) fn schema_path(schema: &SchemaDef) -> String {
    format!("schemas/{}", schema.name.replace("://", "/"))
}

impl Emitter<'_> {
    pub(super) fn message(&self, ty: &TypeDef, message: &MessageDef) -> TokenStream {
        let (name, text) = (format_ident!("{}", ty.name), &ty.name);
        let topic = topic(message);
        let schema = &self.schemas[message.schema];
        let pointer = message.key.as_ref().and_then(|key| key.pointer.as_ref());
        let with_key = pointer.map(|pointer| quote! { .with_key(#pointer) });
        let value_descriptor = self.value_descriptor(ty, message);
        let key = message.key.as_ref().map(|key| self.key_function(message.type_id, &key.way));
        let topic_messages = message.shared_topic.as_ref().map(|topic| self.topic_messages(topic));
        let json_schema = self.options.json_schema.then(|| json_schema(ty, schema));
        quote! {
            impl message::Message for #name {
                const DESCRIPTOR: &'static message::Descriptor =
                    &message::Descriptor::new(#text, #topic, &#schema)#with_key;
                #value_descriptor
                #key
                #topic_messages
            }

            #json_schema
        }
    }

    /// The messages of a topic, so that an app knows which of them has no handler: a list in the enum alone.
    fn topic_messages(&self, topic: &SharedTopic) -> TokenStream {
        let messages = match topic {
            SharedTopic::Enum(messages) => {
                let names = messages.iter().map(|id| self.name(*id));
                quote! { const { &[#(message::TopicMessage::of::<#names>()),*] } }
            }
            SharedTopic::Message(id) => {
                let name = self.name(*id);
                quote! { <#name as message::Message>::topic_messages() }
            }
        };
        quote! {
            fn topic_messages() -> &'static [message::TopicMessage] {
                #messages
            }
        }
    }

    /// The message type of a value: of the enum of a topic, that of its variant.
    fn value_descriptor(&self, ty: &TypeDef, message: &MessageDef) -> Option<TokenStream> {
        let (Some(SharedTopic::Enum(messages)), Shape::Union(union)) = (&message.shared_topic, &ty.shape) else {
            return None;
        };
        let arms = union.variants.iter().map(|variant| {
            let name = format_ident!("{}", variant.name);
            let held = match variant.value.ty {
                Type::Named(id) if messages.contains(&id) => self.name(id),
                _ => quote! { Self },
            };
            quote! { Self::#name(_) => <#held as message::Message>::DESCRIPTOR, }
        });
        Some(quote! {
            fn value_descriptor(&self) -> &'static message::Descriptor {
                match self { #(#arms)* }
            }
        })
    }

    fn key_function(&self, id: TypeId, way: &KeyWay) -> TokenStream {
        let option = self.prelude.option();
        let body = self.key(id, way, &quote! { self });
        quote! {
            fn key(&self) -> #option<::std::borrow::Cow<'_, str>> {
                #body
            }
        }
    }

    /// The key of a value, as the end of a function.
    fn key(&self, id: TypeId, way: &KeyWay, value: &TokenStream) -> TokenStream {
        let none = self.prelude.none();
        match way {
            KeyWay::Nothing => none,
            KeyWay::Message => quote! { message::Message::key(#value) },
            KeyWay::Fields(path) => self.key_of_struct(path, value),
            KeyWay::Variants(ways) => {
                let Shape::Union(union) = &self.model.get(id).shape else { return none };
                let arms = union.variants.iter().zip(ways).map(|(variant, way)| {
                    let name = format_ident!("{}", variant.name);
                    let inner = match variant.value.ty {
                        Type::Named(id) => id,
                        _ => id,
                    };
                    if matches!(way, KeyWay::Nothing) {
                        return quote! { Self::#name(_) => #none, };
                    }
                    let key = self.key(inner, way, &quote! { value });
                    let unboxed = self.facts.is_boxed(id, inner).then(|| quote! { let value = &**value; });
                    quote! { Self::#name(value) => { #unboxed #key } }
                });
                quote! { match #value { #(#arms)* } }
            }
        }
    }

    fn key_of_struct(&self, path: &[KeyStep], value: &TokenStream) -> TokenStream {
        let (some, none) = (self.prelude.some(), self.prelude.none());
        let mut steps = path.iter().peekable();
        let mut at = value.clone();
        let mut guards = Vec::new();
        while let Some(step) = steps.next() {
            let field = ident(&step.field);
            let here = quote! { #at.#field };
            match steps.peek() {
                Some(_) if step.optional => {
                    let local = format_ident!("at{}", guards.len());
                    let found = if step.tells_null {
                        quote! { #some(#some(#local)) }
                    } else {
                        quote! { #some(#local) }
                    };
                    guards.push(quote! { let #found = &#here else { return #none; }; });
                    at = quote! { #local };
                }
                None if step.newtype && step.tells_null => at = quote! { #here.as_ref()?.as_deref()? },
                None if step.newtype && step.optional => at = quote! { #here.as_deref()? },
                None if step.newtype => at = quote! { &*#here },
                None => at = quote! { &#here },
                Some(_) => at = here,
            }
        }
        quote! { #(#guards)* wire::key(#at) }
    }

    pub(super) fn registry(&self) -> TokenStream {
        let names = self.model.messages.iter().map(|message| self.name(message.type_id));
        quote! {
            #[doc = " The messages of these schemas, by name and by topic."]
            pub static REGISTRY: registry::Registry =
                registry::Registry::new(&[#(registry::Entry::of::<#names>()),*]);
        }
    }

    pub(super) fn schema(&self, index: usize) -> Piece {
        let (schema, name) = (&self.model.schemas[index], &self.schemas[index]);
        let path = schema_path(schema);
        let mut facts = vec![
            name.to_string(),
            format!("{:?}", schema.uri),
            format!("include_str!({path:?})"),
            format!("{:?}", schema.hash),
        ];
        facts.extend(schema.identity.as_ref().map(|identity| format!("guid \"{}\"", identity.guid)));
        facts.extend(schema.registered.as_ref().map(versions));
        facts.extend(schema.own_uri.as_ref().map(|name| format!("name {name:?}")));
        facts.extend(self.options.formats.asserts().then(|| "formats with_formats".to_owned()));
        let references: Vec<String> = schema.references.iter().map(|index| self.schemas[*index].to_string()).collect();
        let lists = [facts, references].into_iter().filter(|list| !list.is_empty()).collect::<Vec<_>>();
        Piece::Macro { names: TokenStream::new(), lines: text::call("wire::schema!", &lists) }
    }
}

/// The versions of a schema in a registry, and its own id among them.
fn versions(registered: &Registered) -> String {
    let version = |it: &RegisteredVersion| {
        let guid = it.guid.map(|guid| format!(" \"{guid}\"")).unwrap_or_default();
        format!("{} = {}{guid}", it.version, it.id)
    };
    let all: Vec<String> = registered.versions.iter().map(version).collect();
    format!("id {} of [{}]", registered.id, all.join(", "))
}

/// The statics that hold the schemas, named by their files; by a number too where two files are named alike.
pub(super) fn schema_names(model: &Model) -> Vec<Ident> {
    let mut taken = BTreeSet::new();
    let name = |(index, schema): (usize, &SchemaDef)| {
        let stem = schema.name.replace(".schema.json", "").replace(".json", "");
        let stem = stem.to_shouty_snake_case();
        let kept: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let mut name = format!("SCHEMA_{kept}");
        while !taken.insert(name.clone()) {
            name = format!("{name}_{index}");
        }
        format_ident!("{name}")
    };
    model.schemas.iter().enumerate().map(name).collect()
}

fn json_schema(ty: &TypeDef, schema: &Ident) -> TokenStream {
    let (name, text) = (format_ident!("{}", ty.name), &ty.name);
    quote! {
        impl schemars::JsonSchema for #name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                #text.into()
            }
            fn json_schema(
                _: &mut schemars::SchemaGenerator,
            ) -> schemars::Schema {
                wire::json_schema(&#schema)
            }
        }
    }
}

fn topic(message: &MessageDef) -> TokenStream {
    let name = &message.topic;
    let partitions = message.partitions.map(|count| {
        let count = super::check::number(&count.to_string());
        quote! { .with_partitions(#count) }
    });
    let replicas = message.replicas.map(|count| {
        let count = super::check::number(&count.to_string());
        quote! { .with_replicas(#count) }
    });
    let configuration = (!message.configuration.is_empty()).then(|| {
        let properties = message.configuration.iter().map(|(name, value)| quote! { message::property(#name, #value) });
        quote! { .with_configuration(const { &[#(#properties),*] }) }
    });
    let delays = (!message.retry_delays.is_empty()).then(|| {
        let delays = message.retry_delays.iter().map(|millis| {
            let millis = super::check::number(&millis.to_string());
            quote! { message::delay(#millis) }
        });
        quote! { .with_retry_delays(const { &[#(#delays),*] }) }
    });
    let location = message.schema_id_location.map(|location| match location {
        SchemaIdLocation::Header => quote! { .with_schema_id_location(message::SchemaIdLocation::Header) },
        SchemaIdLocation::Payload => quote! { .with_schema_id_location(message::SchemaIdLocation::Payload) },
    });
    quote! { message::Topic::new(#name)#partitions #replicas #configuration #delays #location }
}
