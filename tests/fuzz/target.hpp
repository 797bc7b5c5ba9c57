#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gradus/data/tensor_file.hpp>

// What the fuzzers and the replay of their files share.
namespace gradus::test {

/// A reader that meets any bytes as a file. It may read them, or throw an IoError that names the file. To
/// have one is to be on the list.
class FuzzTarget {
 public:
  using Read = std::function<void(const std::filesystem::path&)>;

  /// `file` is the name that the readers are given the bytes under.
  FuzzTarget(std::string name, std::string file, std::vector<Read> reads)
      : name_(std::move(name)), file_(std::move(file)), reads_(std::move(reads)) {
    all().push_back(this);
  }
  FuzzTarget(const FuzzTarget&) = delete;
  FuzzTarget& operator=(const FuzzTarget&) = delete;

  /// Of this program, in no order.
  static std::vector<const FuzzTarget*>& all() {
    static std::vector<const FuzzTarget*> targets;
    return targets;
  }

  const std::string& name() const { return name_; }
  /// Whether all readers read the bytes, which are put into the folder. Any fault but an IoError that names
  /// the folder passes, and std::logic_error tells of an IoError that does not.
  bool reads(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder) const;

 private:
  std::string name_, file_;
  std::vector<Read> reads_;
};

/// Looks at the first and the last element in memory, which a sanitizer watches.
void touch(const Tensor& x);
void touch(const data::NamedTensors& tensors);

}  // namespace gradus::test
