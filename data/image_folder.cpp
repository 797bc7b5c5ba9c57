#include <gradus/data/image_folder.hpp>

#include <algorithm>
#include <cctype>

#include <gradus/autograd/ops/interpolate.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/data/dataset.hpp>
#include <gradus/data/jpeg.hpp>

namespace gradus::data {

namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator(); ++at) {
    if (is_hidden(at->path())) {
      at.disable_recursion_pending();
      continue;
    }
    if (at->is_regular_file() && is_picture(at->path())) found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  require<IoError>(!found.empty(), "image_folder: {} holds no .png, .jpg or .jpeg files", folder.string());
  return found;
}

}  // namespace

ImageFolder::Example ImageFolder::get(std::int64_t i) const {
  check_index(i, size());
  const File& file = files_[static_cast<std::size_t>(i)];
  const NoGrad guard;
  Tensor image = read_picture(file.path, options_.channels).to(float32) / 255;
  if (options_.size)
    image = select(interpolate(unsqueeze(image, 0),
                               {.size = {options_.size->h, options_.size->w}, .mode = Interpolation::linear}),
                   0, 0);
  return {image, file.label};
}

const fs::path& ImageFolder::file(std::int64_t i) const {
  check_index(i, size());
  return files_[static_cast<std::size_t>(i)].path;
}

ImageFolder image_folder(const fs::path& folder, const ImageFolderOptions& options) {
  require(!options.size || (options.size->h >= 1 && options.size->w >= 1),
          "image_folder: a size of {} was given; it must be at least 1",
          options.size ? to_string(*options.size) : "");
  require<IoError>(fs::is_directory(folder), "image_folder: {} is no folder", folder.string());
  ImageFolder set;
  set.options_ = options;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && !is_hidden(entry.path()))
      set.classes_.push_back(entry.path().filename().string());
  require<IoError>(!set.classes_.empty(), "image_folder: {} holds no folders, one a class", folder.string());
  std::sort(set.classes_.begin(), set.classes_.end());
  for (std::size_t label = 0; label < set.classes_.size(); ++label)
    for (fs::path& file : pictures_in(folder / set.classes_[label]))
      set.files_.push_back({std::move(file), static_cast<std::int64_t>(label)});
  return set;
}

}  // namespace gradus::data
