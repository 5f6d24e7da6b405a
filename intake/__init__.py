"""What people see: Flask pages and WTForms forms over the desk."""
