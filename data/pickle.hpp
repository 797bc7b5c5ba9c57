#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/data/source.hpp>

/// For writers of readers: Python's pickle format, as far as files of tensors use it. A pickle is a program
/// for a machine with a stack; what would make Python call something is only noted down here.
namespace gradus::data {

/// A value of a pickle.
struct PickleValue {
  enum class Kind {
    none,
    boolean,     ///< integer
    integer,     ///< integer
    real,        ///< real
    text,        ///< text
    tuple,       ///< items
    list,        ///< items
    dict,        ///< items: key, value, key, value, ..
    global,      ///< text: "torch._utils._rebuild_tensor_v2"
    call,        ///< text: the global that would be called; items: its arguments
    persistent,  ///< items: of the tuple that stands for a value kept elsewhere
  };

  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<const PickleValue*> items;

  bool is(Kind k) const { return kind == k; }
  /// "a dict", "the text 'cpu'": for errors.
  std::string describe() const;
};

/// The values of a pickle. They may be each other's items in a circle.
class Pickle {
 public:
  /// Runs the program in `source`. A global that is not among `globals` is refused by its name, and so is
  /// every instruction that dicts of tensors do not need. Throws IoError.
  Pickle(const Source& source, std::span<const std::string_view> globals);

  const PickleValue& root() const { return *root_; }

 private:
  class Machine;
  std::deque<PickleValue> values_;
  const PickleValue* root_ = nullptr;
};

}  // namespace gradus::data
