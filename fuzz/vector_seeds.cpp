// docs/vectors as inputs of the targets: good and bad ones alike.
#include "targets.h"
#include "wire/vectors.h"

namespace toxtore::fuzz {
namespace {

using Json = nlohmann::json;

Bytes hex(const std::string& digits) { return from_hex(digits).value(); }

void put_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put(Bytes& out, const Bytes& bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

/// All entries of the lists that have "bytes".
std::vector<Bytes> bytes_of_all(const std::string& file, const std::vector<std::string>& lists) {
  std::vector<Bytes> all;
  for (const std::string& list : lists) {
    for (const Json& vector : vectors::list(file, list)) all.push_back(vectors::bytes_of(vector));
  }
  return all;
}

/// Bodies get the frame of event 1 of device AA….
std::vector<Bytes> event_seeds() {
  std::vector<Bytes> seeds;
  for (const Json& vector : vectors::list("event_frames.json", "vectors")) seeds.push_back(hex(vector.at("frame")));
  for (const std::string list : {"vectors", "read_only", "opaque"}) {
    for (const Json& vector : vectors::list("events.json", list)) {
      Bytes frame(PublicKey::size, 0xAA);
      put(frame, hex("0000000000000001"));
      frame.push_back(vector.at("type").get<std::uint8_t>());
      put(frame, hex("0000018BCFE56800"));
      put(frame, vectors::bytes_of(vector));
      seeds.push_back(std::move(frame));
    }
  }
  return seeds;
}

/// As pieces, each first and last.
std::vector<Bytes> bundle_seeds() {
  std::vector<Bytes> seeds;
  for (const Bytes& frame : bytes_of_all("bundles.json", {"vectors", "refused"})) {
    Bytes seed{0, 3};
    put_u16(seed, frame.size() - 1);
    put(seed, frame);
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

/// Each alone, and all that fit into a roster.
std::vector<Bytes> statement_seeds() {
  std::vector<Bytes> seeds;
  Bytes all;
  for (const Bytes& statement : bytes_of_all("roster_statements.json", {"vectors", "read_only", "refused"})) {
    Bytes seed;
    put_u16(seed, statement.size());
    put(seed, statement);
    put(all, seed);
    seeds.push_back(std::move(seed));
  }
  seeds.push_back(std::move(all));
  return seeds;
}

std::vector<Bytes> text_seeds() {
  std::vector<Bytes> seeds;
  for (const std::string list : {"vectors", "refused"}) {
    for (const Json& vector : vectors::list("tox_ids.json", list)) {
      seeds.push_back(to_bytes(vector.at("text").get<std::string>()));
    }
  }
  for (const std::string list : {"vectors", "read_only", "refused"}) {
    for (const Json& vector : vectors::list("invitations.json", list)) {
      seeds.push_back(to_bytes(vector.at("uri").get<std::string>()));
    }
  }
  for (const std::string list : {"vectors", "altered_words"}) {
    for (const Json& vector : vectors::list("invitations.json", list)) {
      seeds.push_back(to_bytes(vector.at("words").get<std::string>()));
    }
  }
  for (const Json& vector : vectors::list("linking.json", "vectors")) {
    seeds.push_back(to_bytes(vector.at("code").get<std::string>()));
  }
  return seeds;
}

}  // namespace

std::vector<Bytes> vector_seeds(const std::string& target) {
  if (target == "packets") return bytes_of_all("packets.json", {"vectors", "read_only", "refused"});
  if (target == "events") return event_seeds();
  if (target == "bundles") return bundle_seeds();
  if (target == "statements") return statement_seeds();
  if (target == "texts") return text_seeds();
  return {};
}

}  // namespace toxtore::fuzz
