#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

/// Tensors by name, in their order: what `nn::state_dict(net)` gives and `nn::load_state_dict` takes.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// What a file of named tensors holds. Only safetensors files have metadata.
struct TensorFile {
  NamedTensors tensors;
  std::map<std::string, std::string> metadata = {};
};

/// Writes the tensors in the format that the file's extension names: .safetensors, .pth or .pt (PyTorch),
/// .npz (NumPy). Metadata is left out where the format has no place for it. Throws ValueError for another
/// extension, and what the format's own function throws.
void save_tensors(const std::filesystem::path& file, const TensorFile& content,
                  SourceLocation at = SourceLocation::current());

/// Reads a file of any of these formats, which is told by its content. Throws IoError as the format's own
/// function does.
TensorFile load_tensors(const std::filesystem::path& file);

}  // namespace gradus::data
