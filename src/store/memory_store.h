// The naive store: plain maps, and a copy of everything to roll back to. The oracle of the store's contract suite, and
// the disk of engine tests on virtual time.
#pragma once

#include <memory>

#include "store/store.h"

namespace toxtore {

std::unique_ptr<Store> make_memory_store();

}  // namespace toxtore
