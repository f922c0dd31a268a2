// For tests and the simulator: a database copied as its file would be.
#pragma once

#include <memory>

#include "engine/recorder.h"
#include "store/memory_store.h"

namespace toxtore {

/// The same events and memory in a store of its own.
inline std::unique_ptr<Store> copy_of(const Store& store) {
  auto copy = make_memory_store();
  (void)copy->transact([&]() -> Result<void> {
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) record(*copy, event);
    const Holdings aside = store.aside();
    for (const auto& [log, numbers] : aside.logs()) {
      for (const Event& event : store.aside_range(log, open_end - 1, ~std::size_t{0})) copy->append(event, {});
      copy->put_aside(log, numbers.first()->from);
    }
    for (const auto& [name, value] : store.remembered_under("")) copy->remember(name, value);
    return {};
  });
  return copy;
}

}  // namespace toxtore
