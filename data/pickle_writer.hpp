#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// For writers of formats: Python's pickle format.
namespace gradus::data {

/// Writes the program that makes a value; see Pickle.
class PickleWriter {
 public:
  PickleWriter();
  void global(std::string_view module, std::string_view name);
  void text(std::string_view value);
  void integer(std::int64_t value);
  void boolean(bool value);
  void empty_tuple();
  void empty_dict();
  void mark();
  /// Gathers what was written since the mark.
  void tuple();
  /// Puts the keys and values since the mark into the dict before it.
  void set_items();
  /// Calls the global before the last tuple with it.
  void call();
  /// Makes the last tuple the name of a value kept elsewhere.
  void persistent();
  /// The whole program.
  std::string finish() &&;

 private:
  std::string out_;
};

}  // namespace gradus::data
