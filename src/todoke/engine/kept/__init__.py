"""Django's PostgreSQL backend, with connections that outlive the thread's use of them (`base.keep`)."""
