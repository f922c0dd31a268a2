// Long lists in pieces, for what has room for so many entries only: events, packets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace toxtore {

/// The entries in their order, in lists of `size_max` and a last one with the rest. None for an empty list.
template <class T>
std::vector<std::vector<T>> in_pieces(const std::vector<T>& list, std::size_t size_max) {
  std::vector<std::vector<T>> pieces;
  for (std::size_t i = 0; i < list.size(); i += size_max) {
    const auto begin = list.begin() + static_cast<std::ptrdiff_t>(i);
    pieces.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(std::min(size_max, list.size() - i)));
  }
  return pieces;
}

}  // namespace toxtore
