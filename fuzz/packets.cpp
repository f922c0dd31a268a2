#include "wire/packet.h"

#include "targets.h"

namespace toxtore::fuzz {

void packets(ByteView input) {
  const auto packet = decode_packet(input);
  if (!packet) return;
  const Bytes written = encode_packet(*packet);
  require(written.size() <= input.size(), "writing a packet adds nothing to it");
  const auto again = decode_packet(written);
  require(again && *again == *packet, "a packet that was read is read the same when written again");
}

}  // namespace toxtore::fuzz
