#pragma once

#include <cstdint>

namespace gradus::data {

/// For writers of readers: the instructions of dicts of tensors, by the names that Python's pickletools gives
/// them.
enum class PickleOp : std::uint8_t {
  mark = '(',
  stop = '.',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  long1 = 0x8A,
  binfloat = 'G',
  none = 'N',
  new_true = 0x88,
  new_false = 0x89,
  binunicode = 'X',
  empty_tuple = ')',
  tuple = 't',
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  empty_list = ']',
  append = 'a',
  appends = 'e',
  empty_dict = '}',
  setitem = 's',
  setitems = 'u',
  global = 'c',
  reduce = 'R',
  build = 'b',
  binpersid = 'Q',
  binput = 'q',
  long_binput = 'r',
  binget = 'h',
  long_binget = 'j',
  proto = 0x80,
};

}  // namespace gradus::data
