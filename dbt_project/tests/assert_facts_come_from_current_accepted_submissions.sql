-- No row of a returned, superseded or unknown submission stands in a fact.
with fact_rows as (
    select
        'fct_membership' as fact,
        submission_id
    from {{ ref('fct_membership') }}
    union all
    select
        'fct_enterprise' as fact,
        submission_id
    from {{ ref('fct_enterprise') }}
    union all
    select
        'fct_agreement' as fact,
        submission_id
    from {{ ref('fct_agreement') }}
    union all
    select
        'fct_activity' as fact,
        submission_id
    from {{ ref('fct_activity') }}
    union all
    select
        'fct_target' as fact,
        submission_id
    from {{ ref('fct_target') }}
    where submission_id is not null
),

submissions as (
    select * from {{ ref('fct_submission') }}
)

select
    fact_rows.fact,
    fact_rows.submission_id
from fact_rows
left join submissions on fact_rows.submission_id = submissions.submission_id
where
    submissions.submission_id is null
    or not submissions.is_current
    or submissions.verdict not in ('accepted', 'accepted_with_queries')
