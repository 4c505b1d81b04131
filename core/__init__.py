"""What is true without a screen or a database: images, the network, its training and its evaluation.

Importing this package installs an import hook for torchvision (see `core.torchvision_hook`); it does not import torch.
"""

from core.torchvision_hook import install as _install_torchvision_hook

_install_torchvision_hook()

APP_VERSION = "0.1.0"
