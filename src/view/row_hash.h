// The state check: one hash of all rows of the view, equal wherever the same events are in view.
//
// Each row is hashed by itself in a canonical form, and the hashes are combined by exclusive or. So the order in which
// rows were put does not matter, and a row that changes costs two hashes however many others there are. Whoever may
// write rows can make any hash: it tells accidents, not attacks.
#pragma once

#include "base/bytes.h"
#include "base/hash.h"
#include "view/rows.h"

namespace toxtore {

/// Row and value in bytes, hashed. The form is that of a `view_version` (engine/recorder.h).
Hash row_hash(const ViewRow& row);

/// Whether a row says no more than its key: what no event is about and a row without a value are one and the same.
bool says_nothing(const ViewRow& row);

class RowsHash {
 public:
  /// Takes a row in that is not in it, or out that is. A row that says nothing changes nothing.
  void toggle(const ViewRow& row);

  [[nodiscard]] const Hash& bytes() const { return hash_; }
  /// Of bytes of another size the hash of no rows.
  static RowsHash from_bytes(ByteView bytes);
  bool operator==(const RowsHash&) const = default;

 private:
  Hash hash_{};
};

}  // namespace toxtore
