#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace gradus::data {

/// A file that takes its name only when it is complete and on disk, so that who reads it finds the old
/// content or the new, whenever the process or the machine stops:
///
///     data::AtomicFile file("net.bin");
///     file.write(bytes);
///     file.commit();
///
/// Written beside its place under a name that ends in ".partial", flushed to the disk, then renamed; without
/// `commit()` it is as if nothing had been written. A link is followed. Throws IoError, naming file and
/// cause, when something cannot be done, as on a full disk; the file is then as it was.
class AtomicFile {
 public:
  /// Also throws IoError if there is something of that name that is no regular file.
  explicit AtomicFile(const std::filesystem::path& file);
  /// Takes away what was not committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, std::size_t count);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Puts the file in its place. Once, after which nothing more can be written.
  void commit();

 private:
  void put(const char* from, std::size_t count);
  [[noreturn]] void stop(int error) const;

  std::filesystem::path file_, partial_;
  int descriptor_ = -1;
  std::string waiting_;  ///< small pieces, gathered
};

/// The whole file at once.
void write_file(const std::filesystem::path& file, std::string_view content);

/// The content of a file; throws IoError when it cannot be read.
std::string read_file(const std::filesystem::path& file);

}  // namespace gradus::data
