#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradus/data/source.hpp>

/// For writers of readers: zip files.
namespace gradus::data {

/// The entries of a zip that lies in memory. All that it is asked for throws IoError, naming the file, when
/// the zip is damaged.
class ZipReader {
 public:
  /// The source must live as long. Also stops for a name that occurs twice, is absolute or leads upwards.
  explicit ZipReader(const Source& source);
  ~ZipReader();

  const std::vector<std::string>& names() const { return names_; }
  std::optional<std::size_t> find(const std::string& name) const;
  /// What entry i holds, unpacked and checked against its checksum. Memory is taken as the bytes come, not
  /// for what the zip says there will be.
  Source entry(std::size_t i) const;

 private:
  struct Archive;
  const Source& source_;
  std::unique_ptr<Archive> archive_;
  std::vector<std::string> names_;
};

/// A zip being made in memory. Two of the same content are the same bytes.
class ZipWriter {
 public:
  enum class Compression { none, deflate };
  explicit ZipWriter(Compression compression = Compression::none);
  ~ZipWriter();

  /// An entry whose content is the parts, one behind the other.
  void add(const std::string& name, std::initializer_list<std::span<const std::byte>> parts);
  /// Completes the zip and writes it to the file, which appears under its name only when it is complete.
  /// Throws IoError when it cannot be written. Once.
  void write(const std::filesystem::path& file);

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
  Compression compression_;
};

}  // namespace gradus::data
