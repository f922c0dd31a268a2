// The hint flags of a `send dot`, from this device's view (DESIGN 4). They tell a receiver that is not caught up what
// it would learn later anyway; it takes them off before it stores.
//
// Private to src/engine.
#pragma once

#include "model/event.h"
#include "store/store.h"

namespace toxtore {

/// The event as it goes out: a message of the user's with `done` set if it is delivered or withdrawn, a received one
/// with `read` set if it is read. Others as they are.
Event with_hints(const Store& store, Event event);

}  // namespace toxtore
