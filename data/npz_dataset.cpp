#include <gradus/data/npz_dataset.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <gradus/data/npy.hpp>

namespace gradus::data::detail {

std::vector<Tensor> npz_arrays(const std::filesystem::path& file, std::span<const std::string> names) {
  const NamedTensors content = read_npz(file);
  std::vector<std::string> held;
  for (const auto& [name, x] : content) held.push_back(name);
  std::vector<Tensor> arrays;
  for (const std::string& name : names) {
    const auto found = std::find(held.begin(), held.end(), name);
    require<IoError>(found != held.end(), "npz_dataset: {} holds no array {}; it has {}", file.string(), name,
                     fmt::join(held, ", "));
    const Tensor& x = arrays.emplace_back(content[static_cast<std::size_t>(found - held.begin())].second);
    require<IoError>(x.rank() > 0, "npz_dataset: {} holds a single number as {}", file.string(), name);
    require<IoError>(x.size(0) == arrays[0].size(0), "npz_dataset: {} holds {} rows of {}, but {} of {}",
                     file.string(), arrays[0].size(0), names[0], x.size(0), name);
  }
  return arrays;
}

}  // namespace gradus::data::detail
