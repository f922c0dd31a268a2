// docs/vectors against encoder and decoder. Their bytes are written by hand from the tables of docs/PROTOCOL.md, so
// that an encoder and a decoder that are wrong in the same way are found; the examples of that document are the same
// bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "model/chain.h"
#include "wire/body.h"
#include "wire/branch.h"
#include "wire/bundle.h"
#include "wire/event_frame.h"
#include "wire/packet.h"
#include "wire/roster_statement.h"
#include "wire/vectors.h"

namespace toxtore {
namespace {

using Json = nlohmann::json;

Bytes bytes_in(const Json& vector, const char* field) { return from_hex(vector.at(field).get<std::string>()).value(); }

ReadEvent read_body(const Json& vector) {
  const auto timestamp_ms = std::stoull(vector.value("timestamp", "5"));
  return read_event({{}, timestamp_ms, vector.at("type").get<std::uint8_t>(), vectors::bytes_of(vector)});
}

void expect_equal(const ReadEvent& read, const ReadEvent& expected) {
  EXPECT_EQ(read.body, expected.body);
  EXPECT_EQ(read.wall_clock_ms, expected.wall_clock_ms);
  EXPECT_EQ(read.erased, expected.erased);
}

TEST(Golden, Events) {
  std::vector<bool> seen(std::variant_size_v<Body>);
  for (const Json& vector : vectors::list("events.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const ReadEvent expected = vectors::event_of(vector);
    EXPECT_EQ(static_cast<int>(type_of(expected.body)), vector.at("type").get<int>());
    EXPECT_EQ(to_hex(encode_body(expected.body, expected.wall_clock_ms)), to_hex(vectors::bytes_of(vector)));
    expect_equal(read_body(vector), expected);
    seen[expected.body.index()] = true;
  }
  seen[Body(Opaque{}).index()] = true;  // has no bytes of its own
  EXPECT_EQ(std::ranges::count(seen, false), 0) << "an event without a vector";
}

TEST(Golden, EventsThatAreReadAndNeverWrittenSo) {
  for (const Json& vector : vectors::list("events.json", "read_only")) {
    SCOPED_TRACE(vector.at("name"));
    expect_equal(read_body(vector), vectors::event_of(vector));
  }
}

TEST(Golden, OpaqueEvents) {
  for (const Json& vector : vectors::list("events.json", "opaque")) {
    SCOPED_TRACE(vector.at("name"));
    expect_equal(read_body(vector), ReadEvent{{}, 0, std::nullopt, Opaque{}});
  }
}

TEST(Golden, EventFrames) {
  for (const Json& vector : vectors::list("event_frames.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const Event event = vectors::whole_event(vector.at("event"));
    EXPECT_EQ(to_hex(encode_event(event)), vector.at("frame").get<std::string>());
    EXPECT_EQ(decode_event(bytes_in(vector, "frame")), event);
    const Event stored = without_hints(event);
    EXPECT_EQ(to_hex(encode_event(stored)), vector.at("stored").get<std::string>());
    EXPECT_EQ(to_hex(event_hash(stored)), vector.at("hash").get<std::string>());
  }
}

TEST(Golden, ErasedForms) {
  for (const Json& vector : vectors::list("event_frames.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const std::optional<Event> erased = erased_form(*decode_event(bytes_in(vector, "stored")));
    ASSERT_EQ(erased.has_value(), vector.contains("erased"));
    if (!erased) continue;
    EXPECT_EQ(to_hex(encode_event(*erased)), vector.at("erased").get<std::string>());
    EXPECT_EQ(to_hex(event_hash(*erased)), vector.at("hash").get<std::string>());
    EXPECT_EQ(erased_form(*erased), erased);
  }
}

TEST(Golden, Identities) {
  for (const Json& vector : vectors::list("identities.json", "vectors")) {
    const Hash identity = message_identity(vectors::dot(vector.at("dot")),
                                           static_cast<MessageKind>(vector.at("message_kind").get<std::uint8_t>()),
                                           bytes_in(vector, "text"));
    EXPECT_EQ(to_hex(identity), vector.at("identity").get<std::string>()) << vector.at("name");
  }
}

TEST(Golden, NamesOfBranches) {
  for (const Json& vector : vectors::list("branches.json", "incarnations")) {
    EXPECT_EQ(branch_incarnation(vectors::hash(vector.at("hash"))), vector.at("incarnation").get<std::uint32_t>())
        << vector.at("name");
  }
  for (const Json& vector : vectors::list("branches.json", "branches")) {
    SCOPED_TRACE(vector.at("name"));
    const Event logged = vectors::whole_event(vector.at("logged"));
    const Event named = vectors::whole_event(vector.at("named"));
    EXPECT_EQ(named.dot.log().incarnation, branch_incarnation(vectors::hash(vector.at("first"))));
    EXPECT_EQ(branched(logged, named.dot), named);
    EXPECT_EQ(as_logged(named), logged);
    for (const Event& event : {logged, named}) {
      EXPECT_EQ(to_hex(event_hash(event)), vector.at("hash").get<std::string>());
    }
  }
}

TEST(Golden, Chains) {
  for (const Json& vector : vectors::list("branches.json", "chains")) {
    SCOPED_TRACE(vector.at("name"));
    const Json& chains = vector.at("chains");
    ASSERT_EQ(vector.at("hashes").size(), chains.size());
    Chain chain{};
    for (std::size_t i = 0; i < chains.size(); ++i) {
      chain = next_chain(chain, vectors::hash(vector.at("hashes").at(i)));
      EXPECT_EQ(to_hex(chain), chains.at(i).get<std::string>()) << "chain(" << i + 1 << ")";
    }
  }
}

TEST(Golden, EventFramesThatAreRefused) {
  for (const Json& vector : vectors::list("event_frames.json", "refused")) {
    EXPECT_FALSE(decode_event(vectors::bytes_of(vector))) << vector.at("name");
  }
}

TEST(Golden, Packets) {
  std::vector<bool> seen(std::variant_size_v<Packet>);
  for (const Json& vector : vectors::list("packets.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const Packet expected = vectors::packet_of(vector);
    const Bytes bytes = vectors::bytes_of(vector);
    EXPECT_EQ(to_hex(encode_packet(expected)), to_hex(bytes));
    EXPECT_EQ(decode_packet(bytes), expected);
    EXPECT_EQ(int{bytes.at(1)}, vector.at("type").get<int>());
    seen[expected.index()] = true;
  }
  EXPECT_EQ(std::ranges::count(seen, false), 0) << "a packet without a vector";
}

TEST(Golden, PacketsThatAreReadAndNeverWrittenSo) {
  for (const Json& vector : vectors::list("packets.json", "read_only")) {
    EXPECT_EQ(decode_packet(vectors::bytes_of(vector)), vectors::packet_of(vector)) << vector.at("name");
  }
}

TEST(Golden, PacketsThatAreRefused) {
  static const std::map<std::string, PacketFault> faults = {
      {"foreign", PacketFault::foreign}, {"unknown", PacketFault::unknown}, {"malformed", PacketFault::malformed}};
  for (const Json& vector : vectors::list("packets.json", "refused")) {
    SCOPED_TRACE(vector.at("name"));
    const auto got = decode_packet(vectors::bytes_of(vector));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error(), faults.at(vector.at("fault").get<std::string>()));
  }
}

std::vector<Event> events_in(const Json& vector) {
  std::vector<Event> events;
  for (const Json& event : vector.at("events")) events.push_back(vectors::whole_event(event));
  return events;
}

// Read only: how a zstd compresses is its own affair, what its frames mean is not (RFC 8878).
TEST(Golden, Bundles) {
  for (const Json& vector : vectors::list("bundles.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    BundleReader reader;
    const packet::Bundle whole{packet::Bundle::Class::live, true, true, vectors::bytes_of(vector)};
    ASSERT_EQ(reader.add(whole), BundleReader::Step::complete);
    EXPECT_EQ(reader.take_events(), events_in(vector));
  }
}

TEST(Golden, BundlesThatAreDropped) {
  for (const Json& vector : vectors::list("bundles.json", "refused")) {
    BundleReader reader;
    const packet::Bundle whole{packet::Bundle::Class::live, true, true, vectors::bytes_of(vector)};
    EXPECT_EQ(reader.add(whole), BundleReader::Step::broken) << vector.at("name");
  }
}

TEST(Golden, RosterStatements) {
  for (const Json& vector : vectors::list("roster_statements.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const Statement expected = vectors::statement_of(vector);
    const Bytes bytes = vectors::bytes_of(vector);
    EXPECT_EQ(to_hex(encode_statement(expected)), to_hex(bytes));
    EXPECT_EQ(decode_statement(bytes), expected);
    EXPECT_EQ(to_hex(hash_of({bytes})), vector.at("hash").get<std::string>());
    EXPECT_EQ(int{bytes.at(0)}, vector.at("kind").get<int>());
  }
  for (const Json& vector : vectors::list("roster_statements.json", "read_only")) {
    EXPECT_EQ(decode_statement(vectors::bytes_of(vector)), vectors::statement_of(vector)) << vector.at("name");
  }
  for (const Json& vector : vectors::list("roster_statements.json", "refused")) {
    EXPECT_FALSE(decode_statement(vectors::bytes_of(vector))) << vector.at("name");
  }
}

/// The blocks "```hex <name>" of the document, without spaces and what stands behind a semicolon.
std::map<std::string, std::string> examples_of_document() {
  std::ifstream file(TOXTORE_PROTOCOL_DOCUMENT);
  EXPECT_TRUE(file) << "cannot read " << TOXTORE_PROTOCOL_DOCUMENT;
  const std::string fence = "```hex ";
  std::map<std::string, std::string> examples;
  std::string* open = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(fence)) {
      open = &examples[line.substr(fence.size())];
    } else if (line.starts_with("```")) {
      open = nullptr;
    } else if (open != nullptr) {
      line = line.substr(0, line.find(';'));
      std::erase(line, ' ');
      *open += line;
    }
  }
  return examples;
}

/// Name and bytes of each vector that the document may show, and the event or packet that it is an example of.
struct Shown {
  std::string hex;
  std::string what;
};
std::map<std::string, Shown> shown_vectors() {
  std::map<std::string, Shown> shown;
  const auto add = [&shown](const std::string& file, const std::string& what) {
    for (const Json& vector : vectors::list(file, "vectors")) {
      const Shown one{to_hex(vectors::bytes_of(vector)), what + " " + vector.at(what).get<std::string>()};
      EXPECT_TRUE(shown.emplace(vector.at("name"), one).second) << "twice: " << vector.at("name");
    }
  };
  add("events.json", "event");
  add("packets.json", "packet");
  add("roster_statements.json", "statement");
  for (const Json& vector : vectors::list("event_frames.json", "vectors")) {
    if (vector.at("name") != "received message, erased") continue;
    shown["received message, erased"] = {vector.at("event").at("body"), "an erased form"};
  }
  return shown;
}

TEST(Golden, TheExamplesOfTheDocumentAreVectors) {
  const auto vectors = shown_vectors();
  std::set<std::string> without_example;
  for (const auto& [name, vector] : vectors) without_example.insert(vector.what);
  for (const auto& [name, hex] : examples_of_document()) {
    const auto vector = vectors.find(name);
    ASSERT_NE(vector, vectors.end()) << "no vector: " << name;
    EXPECT_EQ(hex, vector->second.hex) << name;
    without_example.erase(vector->second.what);
  }
  EXPECT_EQ(without_example, std::set<std::string>());
}

}  // namespace
}  // namespace toxtore
