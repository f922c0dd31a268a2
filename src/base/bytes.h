// Byte strings and their hexadecimal form.
//
// Everything that crosses the network or the disk is handled as `Bytes` (owned) or `ByteView` (borrowed; the caller
// keeps what it points to alive for the duration of the call, and nothing in Toxtore stores one).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toxtore {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, borrowed.
ByteView as_bytes(std::string_view text);

/// A copy of the bytes as a std::string, whatever is in them (it need not be UTF-8).
std::string to_text(ByteView bytes);

Bytes to_bytes(std::string_view text);

/// Upper-case hexadecimal, two digits a byte: the form in which Tox clients show keys.
std::string to_hex(ByteView bytes);

/// Reads upper- or lower-case hexadecimal. Nothing if the length is odd or a character is not a digit.
std::optional<Bytes> from_hex(std::string_view hex);

}  // namespace toxtore
