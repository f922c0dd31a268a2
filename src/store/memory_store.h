// The naive store: plain maps, and for each change the way back. The oracle of the store's contract suite, and the
// disk of engine tests on virtual time. Its questions look at every row; for its words see memory_words.h.
#pragma once

#include <memory>

#include "store/store.h"

namespace toxtore {

std::unique_ptr<Store> make_memory_store();

}  // namespace toxtore
