#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <gradus/autograd/error.hpp>

/// For writers of readers: the bytes of a file, and errors that name it.
namespace gradus::data {

/// The content of a file, in memory of its own or mapped. What is borrowed from it keeps `owner`.
class Source {
 public:
  /// Bytes that somebody else holds. `reader` is the function that reads and `name` what it reads, for texts.
  Source(std::string reader, std::string name, std::span<std::byte> bytes, std::shared_ptr<const void> owner)
      : reader_(std::move(reader)), name_(std::move(name)), bytes_(bytes), owner_(std::move(owner)) {}
  /// The whole file, read. Throws IoError when it is no file or cannot be read.
  static Source read(std::string reader, const std::filesystem::path& file);
  /// The file mapped: its pages are read when they are touched, and written to in this process alone.
  static Source map(std::string reader, const std::filesystem::path& file);

  const std::string& reader() const { return reader_; }
  const std::string& name() const { return name_; }
  std::span<std::byte> bytes() const { return bytes_; }
  std::uint64_t size() const { return bytes_.size(); }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  /// The number that stands at `place` with its lowest byte first; it must lie within the bytes.
  template <class T>
  T number(std::uint64_t place) const {
    T value;
    std::memcpy(&value, bytes_.data() + place, sizeof(T));
    return value;
  }
  /// The bytes from `place` on as text; they must lie within the source.
  std::string text(std::uint64_t place, std::uint64_t count) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + place, count};
  }

  /// Throws IoError: the reader, the file's name, the text.
  template <class... T>
  [[noreturn]] void stop(fmt::format_string<T...> text, T&&... values) const {
    throw IoError(reader_ + ": " + name_ + " " + fmt::format(text, std::forward<T>(values)...));
  }
  /// `stop` unless `ok`.
  template <class... T>
  void check(bool ok, fmt::format_string<T...> text, T&&... values) const {
    if (!ok) [[unlikely]]
      stop(text, std::forward<T>(values)...);
  }

 private:
  std::string reader_, name_;
  std::span<std::byte> bytes_;
  std::shared_ptr<const void> owner_;
};

}  // namespace gradus::data
