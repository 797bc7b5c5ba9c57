#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

/// A file of named tensors, such as `nn::state_dict(net)`, in their order.
struct Safetensors {
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::map<std::string, std::string> metadata;
};

/// Writes the tensors and metadata as a safetensors file, which Python's `safetensors` package reads. The
/// file appears under its name only when it is complete. Throws IoError when it cannot be written, ValueError
/// for a name given twice, the name `__metadata__`, and text that is not UTF-8.
void write_safetensors(const std::filesystem::path& file, const Safetensors& content);

/// Reads float32, float64, int64, uint8 and bool tensors, in the order of their data. Throws IoError naming
/// the file and the tensor when something does not fit: header length, JSON, dtype, shape against length,
/// offsets with gaps, overlaps or beyond the file.
Safetensors read_safetensors(const std::filesystem::path& file);

}  // namespace gradus::data
